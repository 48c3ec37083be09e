import { setImmediate as nextTurn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { QuietTurns } from "../../src/pipeline/quiet-turns.js";

/** How many turns pass before it goes on, while something comes in each of the first `busy` turns. */
async function turnsUntil(busy: number, clock = () => 0): Promise<number> {
  const quiet = new QuietTurns(clock);
  let isOver = false;
  quiet.wait(() => {
    isOver = true;
  });
  let turns = 0;
  while (!isOver) {
    expect(quiet.waits).toBe(true);
    if (turns < busy) quiet.came();
    await nextTurn();
    turns++;
  }
  expect(quiet.waits).toBe(false);
  return turns;
}

describe("after a long run", () => {
  it("what nothing has come in is two turns", async () => {
    expect(await turnsUntil(0)).toBe(2);
  });

  it("what comes turn after turn is read first", async () => {
    expect(await turnsUntil(10)).toBe(12);
  });

  it("what comes without end is not waited for", async () => {
    expect(await turnsUntil(Number.POSITIVE_INFINITY)).toBe(64);
  });

  it("nor for long, where turns take their time", async () => {
    let now = 0;
    expect(await turnsUntil(Number.POSITIVE_INFINITY, () => (now += 4))).toBe(3);
  });
});
