import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Deadlines } from "../../src/pipeline/deadlines.js";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Deadlines that note what ended, and when. */
function create() {
  const ended: string[] = [];
  const deadlines = new Deadlines(() => vi.getMockedSystemTime()?.getTime() ?? 0);
  const begun = Date.now();
  const start = (name: string, milliseconds: number) =>
    deadlines.start(milliseconds, () => ended.push(`${name} at ${Date.now() - begun}`));
  return { ended, start };
}

describe("deadlines", () => {
  it("end those that are not cancelled, each at its time", () => {
    const { ended, start } = create();
    start("a", 100);
    start("short", 30);
    vi.advanceTimersByTime(40);
    const b = start("b", 100);
    start("c", 100);
    b.cancel();
    vi.advanceTimersByTime(1000);
    expect(ended).toEqual(["short at 30", "a at 100", "c at 140"]);
  });

  it("begin anew when they are postponed", () => {
    const { ended, start } = create();
    const a = start("a", 100);
    start("b", 100);
    vi.advanceTimersByTime(60);
    a.postpone();
    vi.advanceTimersByTime(1000);
    expect(ended).toEqual(["b at 100", "a at 160"]);
    a.cancel();
    a.postpone();
    vi.advanceTimersByTime(1000);
    expect(ended).toHaveLength(2);
  });

  it("begin anew where they are postponed at their end", () => {
    const times: number[] = [];
    const deadlines = new Deadlines(() => vi.getMockedSystemTime()?.getTime() ?? 0);
    const begun = Date.now();
    const deadline = deadlines.start(50, () => {
      times.push(Date.now() - begun);
      if (times.length < 3) deadline.postpone();
    });
    vi.advanceTimersByTime(1000);
    expect(times).toEqual([50, 100, 150]);
  });

  it("may be begun while others end", () => {
    const ended: number[] = [];
    const deadlines = new Deadlines(() => vi.getMockedSystemTime()?.getTime() ?? 0);
    const begun = Date.now();
    const again = (): void => {
      ended.push(Date.now() - begun);
      if (ended.length < 3) deadlines.start(10, again);
    };
    deadlines.start(10, again);
    vi.advanceTimersByTime(100);
    expect(ended).toEqual([10, 20, 30]);
  });

  it("leave one timer for as long as some come, and none when no more do", () => {
    const { ended, start } = create();
    for (let i = 0; i < 52; i++) {
      start("a", 100).cancel();
      vi.advanceTimersByTime(10);
    }
    expect(vi.getTimerCount()).toBe(1);
    vi.advanceTimersByTime(200);
    expect(vi.getTimerCount()).toBe(0);
    start("b", 100);
    vi.advanceTimersByTime(200);
    expect(ended).toEqual(["b at 820"]);
  });
});
