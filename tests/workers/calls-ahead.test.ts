import { describe, expect, it } from "vitest";
import { CallsAhead } from "../../src/workers/calls-ahead.js";

/** After calls that took so many milliseconds in all their phases. */
function taught(times: readonly number[]): CallsAhead {
  const ahead = new CallsAhead();
  for (const ms of times) ahead.learn({ decode: ms / 2, queue: 1000, predict: ms / 4, encode: ms / 4 });
  return ahead;
}

describe("the calls that a worker is given ahead", () => {
  it.each([
    { name: "one before any was answered", times: [], most: 1 },
    { name: "one where they take their time", times: [20], most: 1 },
    { name: "as many as take a moment", times: [0.125], most: 8 },
    { name: "not more than are of use", times: [0.001], most: 32 },
    { name: "one where the last took its time", times: [0.01, 0.01, 5], most: 1 },
    { name: "one where others could take them", times: [0.01], workers: 2, most: 1 },
  ])("are $name", ({ times, workers = 1, most }) => {
    expect(taught(times).most(workers, 1)).toBe(most);
  });

  it("are one group where they are run together", () => {
    expect(taught([0.01]).most(1, 128)).toBe(1);
  });

  it("are many again after many quick ones", () => {
    const ahead = taught([5, ...Array(100).fill(0.01)]);
    expect(ahead.most(1, 1)).toBe(32);
  });
});
