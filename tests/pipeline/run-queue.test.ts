import { setImmediate as nextTurn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { Batch, Params } from "../../src/core/batch.js";
import { RunQueue, type RunQueueOptions } from "../../src/pipeline/run-queue.js";

const NEVER = new AbortController().signal;
const NONE: Params = new Map();

interface OpenRun {
  readonly value: unknown;
  answer(): void;
  fail(error: Error): void;
}

/** A queue of a model that answers each run when the test says so; each run keeps the clock for `blocksMs`. */
function create({ blocksMs = 0, concurrency = 1, queue = {} }: CreateOptions = {}) {
  const runs: OpenRun[] = [];
  const clock = { now: 0 };
  const predictor = {
    concurrency,
    predict: (batch: Batch) =>
      new Promise<Batch>((resolve, reject) => {
        clock.now += blocksMs;
        runs.push({
          value: batch.kind === "value" ? batch.value : undefined,
          answer: () => resolve(batch),
          fail: reject,
        });
      }),
  };
  const limits = { requests: 1000, rows: 1000, waitMs: "auto", ...queue } as const;
  const scheduler = new RunQueue({ predictor, queue: limits, clock: () => clock.now });
  const ask = (value: unknown, signal = NEVER) =>
    scheduler.run({ batch: { kind: "value", value }, params: NONE }, signal).then(({ outputs }) => outputs);
  return { scheduler, runs, clock, ask, begun: () => runs.map(({ value }) => value) };
}

interface CreateOptions {
  readonly blocksMs?: number;
  readonly concurrency?: number;
  readonly queue?: Partial<RunQueueOptions["queue"]>;
}

describe("requests that run one by one", () => {
  it("begin at once while the model has a place, and in their order after that", async () => {
    const { ask, begun, runs } = create({ concurrency: 2 });
    const answers = [1, 2, 3, 4].map((value) => ask(value));
    expect(begun()).toEqual([1, 2]);
    runs[1]?.answer();
    await answers[1];
    expect(begun()).toEqual([1, 2, 3]);
    for (const run of [0, 2]) runs[run]?.answer();
    await Promise.all([answers[0], answers[2]]);
    expect(begun()).toEqual([1, 2, 3, 4]);
  });

  it("leave the event loop to others when they have kept it for a while", async () => {
    const { ask, begun } = create({ blocksMs: 3, concurrency: 100 });
    for (let value = 1; value <= 6; value++) void ask(value);
    expect(begun()).toEqual([1, 2]);
    await nextTurn();
    expect(begun()).toEqual([1, 2, 3]);
    await nextTurn();
    expect(begun()).toEqual([1, 2, 3, 4]);
  });

  it("have the failure of their own run, and the next goes on", async () => {
    const { ask, begun, runs } = create();
    const answers = [ask(1), ask(2)];
    runs[0]?.fail(new Error("of the first"));
    await expect(answers[0]).rejects.toThrow("of the first");
    expect(begun()).toEqual([1, 2]);
  });

  it("never begin when their caller has left", async () => {
    const { ask, begun, runs } = create();
    const leaving = new AbortController();
    const first = ask(1);
    const answers = [ask(2, leaving.signal), ask(3)];
    leaving.abort();
    runs[0]?.answer();
    await first;
    await expect(answers[0]).rejects.toMatchObject({ kind: "request_aborted" });
    expect(begun()).toEqual([1, 3]);
  });

  it("are refused while as many wait as may", async () => {
    const { scheduler, ask, runs } = create({ queue: { requests: 2 } });
    const first = ask(1);
    scheduler.admit();
    void ask(2);
    scheduler.admit();
    void ask(3);
    expect(() => scheduler.admit()).toThrow(expect.objectContaining({ kind: "overloaded" }));
    runs[0]?.answer();
    await first;
    scheduler.admit();
  });
});
