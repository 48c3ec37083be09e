import { describe, expect, it } from "vitest";
import { type Amount, QueueGuard, type QueueLimits } from "../../src/pipeline/queue-guard.js";

const NONE = { requests: 0, rows: 0 };
const LIMITS: QueueLimits = { requests: 100, rows: 10_000, waitMs: "auto" };

/** A guard whose queue moves by one request of one row every `paceMs`, as it has for a while. */
function movingGuard(limits: Partial<QueueLimits>, paceMs: number) {
  let now = 0;
  const guard = new QueueGuard({ ...LIMITS, ...limits }, () => now);
  const move = (begun: Amount, left: Amount, ms = 0): void => {
    now += ms;
    guard.moved(begun, left);
  };
  for (let i = 0; i < 200; i++) move({ requests: 1, rows: 1 }, { requests: 50, rows: 50 }, paceMs);
  const pass = (ms: number): void => {
    now += ms;
  };
  return { guard, move, pass };
}

describe("a queue", () => {
  it.each([
    { name: "empty, however slow it moves", limits: {}, paceMs: 1000, waiting: NONE, isRefused: false },
    {
      name: "of few, however slow it moves",
      limits: {},
      paceMs: 1000,
      waiting: { requests: 31, rows: 31 },
      isRefused: false,
    },
    { name: "of many that moves fast", limits: {}, paceMs: 1, waiting: { requests: 99, rows: 99 }, isRefused: false },
    { name: "of many that moves slowly", limits: {}, paceMs: 20, waiting: { requests: 32, rows: 32 }, isRefused: true },
    {
      name: "of so many requests",
      limits: { requests: 40 },
      paceMs: 1,
      waiting: { requests: 40, rows: 40 },
      isRefused: true,
    },
    { name: "of so many rows", limits: { rows: 50 }, paceMs: 0.1, waiting: { requests: 2, rows: 50 }, isRefused: true },
    {
      name: "within the time that was given",
      limits: { waitMs: 200 },
      paceMs: 20,
      waiting: { requests: 9, rows: 9 },
      isRefused: false,
    },
    {
      name: "beyond the time that was given",
      limits: { waitMs: 200 },
      paceMs: 20,
      waiting: { requests: 11, rows: 11 },
      isRefused: true,
    },
    {
      name: "of rows that take long",
      limits: { waitMs: 200 },
      paceMs: 20,
      waiting: { requests: 2, rows: 200 },
      isRefused: true,
    },
  ])("$name: another is refused: $isRefused", ({ limits, paceMs, waiting, isRefused }) => {
    const { guard } = movingGuard(limits, paceMs);
    if (isRefused)
      expect(() => guard.check(waiting)).toThrow(expect.objectContaining({ kind: "overloaded", status: 503 }));
    else guard.check(waiting);
  });

  it("that stands still is as late as it has stood", () => {
    const { guard, pass } = movingGuard({ waitMs: 300 }, 1);
    const waiting = { requests: 2, rows: 2 };
    guard.check(waiting);
    pass(301);
    expect(() => guard.check(waiting)).toThrow(expect.objectContaining({ kind: "overloaded" }));
  });

  it("into which the first comes after a long rest has not stood still", () => {
    const { guard, pass } = movingGuard({ waitMs: 300 }, 1);
    pass(10_000);
    guard.check(NONE);
    pass(100);
    guard.check({ requests: 1, rows: 1 });
  });

  it("that is emptied again and again says nothing of the pace", () => {
    const { guard, move } = movingGuard({ waitMs: 200 }, 1);
    move({ requests: 50, rows: 50 }, NONE, 1);
    for (let i = 0; i < 100; i++) move({ requests: 1, rows: 1 }, NONE, 1000);
    guard.check({ requests: 50, rows: 50 });
  });

  it("that becomes slower is known to be", () => {
    const { guard, move } = movingGuard({ waitMs: 200 }, 1);
    const waiting = { requests: 50, rows: 50 };
    guard.check(waiting);
    for (let i = 0; i < 10; i++) move({ requests: 1, rows: 1 }, waiting, 100);
    expect(() => guard.check(waiting)).toThrow(expect.objectContaining({ kind: "overloaded" }));
  });

  it("tells when to try again: when what waits now will have begun, a second at least", () => {
    const { guard } = movingGuard({ waitMs: 200 }, 20);
    const slow = { requests: 99, rows: 99 };
    expect(() => guard.check(slow)).toThrow(expect.objectContaining({ retryAfterMs: expect.closeTo(1980, 0) }));
    expect(() => guard.check({ requests: 20, rows: 20 })).toThrow(expect.objectContaining({ retryAfterMs: 1000 }));
  });
});
