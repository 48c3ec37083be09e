const SHORT_LIFE_MS = 10_000;
const FIRST_DELAY_MS = 100;
const LONGEST_DELAY_MS = 10_000;

/**
 * How long to wait before a worker that has ended is replaced: not at all after a long life, and longer each time that
 * one ends soon after its start.
 */
export function restartDelayMs(livedMs: number, shortLives: number): { delayMs: number; shortLives: number } {
  if (livedMs >= SHORT_LIFE_MS) return { delayMs: 0, shortLives: 0 };
  const delayMs = Math.min(FIRST_DELAY_MS * 2 ** shortLives, LONGEST_DELAY_MS);
  return { delayMs: shortLives === 0 ? 0 : delayMs, shortLives: shortLives + 1 };
}
