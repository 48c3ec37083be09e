/** Copies of a file with a few bytes changed or its end cut off, the same ones every time. */
export function* mutations(bytes: Uint8Array, count: number, seed = 1): Generator<Uint8Array> {
  let state = seed;
  const random = (below: number): number => {
    // A linear congruential generator: nothing here needs better chance.
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return (state >> 8) % below;
  };
  for (let i = 0; i < count; i++) {
    const copy = Uint8Array.from(bytes);
    for (let changes = random(4); changes >= 0; changes--)
      copy[random(copy.length)] = random(4) === 0 ? 255 : random(256);
    yield random(10) === 0 ? copy.subarray(0, random(copy.length)) : copy;
  }
}
