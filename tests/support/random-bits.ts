/** Random 32-bit patterns, the same ones every time. */
export function* randomBits(count: number, seed = 1): Generator<number> {
  let state = seed;
  for (let i = 0; i < count; i++) {
    // Marsaglia's xorshift: every pattern but zero comes once in its period.
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    yield state >>> 0;
  }
}
