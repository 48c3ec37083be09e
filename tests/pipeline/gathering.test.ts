import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Gathering } from "../../src/pipeline/gathering.js";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setImmediate", "clearImmediate"] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** A gathering whose clock stands at 100, and how often it has let go. */
function create(waitMs: number) {
  const state = { goes: 0, now: 100 };
  const gathering = new Gathering({ waitMs, clock: () => state.now }, () => {
    state.goes++;
  });
  return { gathering, state };
}

describe("what gathers", () => {
  it("goes once at the end of a turn, however many came in it", () => {
    const { gathering, state } = create(0);
    gathering.arm(100, false);
    gathering.arm(100, false);
    expect(state.goes).toBe(0);
    vi.advanceTimersByTime(0);
    expect(state.goes).toBe(1);
    gathering.arm(100, false);
    vi.advanceTimersByTime(0);
    expect(state.goes).toBe(2);
  });

  it("is kept for as long as the oldest may wait", () => {
    const { gathering, state } = create(10);
    gathering.arm(97, false);
    vi.advanceTimersByTime(6);
    gathering.arm(97, false);
    expect(state.goes).toBe(0);
    vi.advanceTimersByTime(1);
    expect(state.goes).toBe(1);
  });

  it.each([
    { name: "is full", oldest: 100, isFull: true },
    { name: "has waited its time", oldest: 90, isFull: false },
  ])("goes at the end of the turn when it $name", ({ oldest, isFull }) => {
    const { gathering, state } = create(10);
    gathering.arm(100, false);
    gathering.arm(oldest, isFull);
    vi.advanceTimersByTime(0);
    expect(state.goes).toBe(1);
    vi.advanceTimersByTime(20);
    expect(state.goes).toBe(1);
  });

  it("does not go once that was cancelled", () => {
    const { gathering, state } = create(0);
    gathering.arm(100, false);
    gathering.cancel();
    vi.advanceTimersByTime(20);
    expect(state.goes).toBe(0);
  });
});
