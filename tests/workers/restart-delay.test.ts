import { describe, expect, it } from "vitest";
import { restartDelayMs } from "../../src/workers/restart-delay.js";

/** The delays of workers that lived so long, one after the other. */
function delays(lives: readonly number[]): number[] {
  let before = 0;
  return lives.map((livedMs) => {
    const { delayMs, shortLives } = restartDelayMs(livedMs, before);
    before = shortLives;
    return delayMs;
  });
}

describe("the delay before a worker is replaced", () => {
  it("grows with each short life, up to ten seconds", () => {
    expect(delays(Array(10).fill(5))).toEqual([0, 200, 400, 800, 1600, 3200, 6400, 10_000, 10_000, 10_000]);
  });

  it("is none after a long life, and begins anew", () => {
    expect(delays([5, 5, 5, 10_000, 5, 5])).toEqual([0, 200, 400, 0, 0, 200]);
  });
});
