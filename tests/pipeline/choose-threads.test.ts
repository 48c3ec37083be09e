import { describe, expect, it } from "vitest";
import type { Predictor } from "../../src/flavors/flavor.js";
import { chooseThreads } from "../../src/pipeline/choose-threads.js";
import type { TrialBatch } from "../../src/pipeline/trial-batch.js";
import { sumPredictor } from "../support/sum-model.js";

const MB = 1_000_000;
const BATCH: TrialBatch = {
  batch: { kind: "columns", rows: 1, columns: new Map([["a", { dtype: "float64", data: new Float64Array(1) }]]) },
  params: new Map(),
};

/** A machine on which loads and runs take what is said, by their threads. */
interface Machine {
  readonly most: number;
  readonly runMs: (threads: number) => number;
  readonly bytes?: number;
  readonly loadMs?: number;
  readonly elapsedMs?: number;
  readonly batch?: TrialBatch | undefined;
  /** What the model's own settings say. */
  readonly settings?: number;
}

async function choose(machine: Machine) {
  const { most, runMs, bytes = MB, loadMs = 5, elapsedMs = 600, settings } = machine;
  let now = 0;
  let loads = 0;
  let trialsFrom: number | undefined;
  const open: number[] = [];
  const load = async (asked: number): Promise<Predictor> => {
    loads++;
    if (loads === 2) trialsFrom = now;
    now += loadMs;
    const threads = settings ?? asked;
    open.push(threads);
    return {
      ...sumPredictor(async () => {
        const took = runMs(threads);
        if (Number.isNaN(took)) throw new Error("it does not run");
        now += took;
      }),
      runtime: { threads },
      async [Symbol.asyncDispose]() {
        open.splice(open.indexOf(threads), 1);
      },
    };
  };
  const batch = async () => ("batch" in machine ? machine.batch : BATCH);
  const { choice } = await chooseThreads({ load, batch, most, bytes, elapsedMs: () => elapsedMs, clock: () => now });
  return {
    threads: choice.threads,
    why: choice.why,
    tried: choice.tried.map((trial) => trial.threads),
    loads,
    open,
    /** From the second load on: the first is no trial. */
    trialsMs: now - (trialsFrom ?? now),
  };
}

const perfect = (milliseconds: number) => (threads: number) => milliseconds / threads;
const constant = (milliseconds: number) => () => milliseconds;

describe("the threads of a run", () => {
  it.each([
    { name: "all where they share the work", machine: { most: 4, runMs: perfect(4) }, threads: 4, tried: [1, 4, 2] },
    {
      name: "one where they change nothing",
      machine: { most: 8, runMs: constant(1) },
      threads: 1,
      tried: [1, 8, 4, 2],
    },
    {
      name: "one where they get in each other's way",
      machine: { most: 4, runMs: (n: number) => n },
      threads: 1,
      tried: [1, 4],
    },
    {
      name: "the fewest that shorten a run by a tenth or more",
      machine: { most: 8, runMs: (n: number) => 4 / Math.min(n, 2) },
      threads: 2,
      tried: [1, 8, 4, 2],
    },
    { name: "one for a run of no time", machine: { most: 4, runMs: perfect(0.1) }, threads: 1, tried: [1] },
    { name: "halves of an odd number", machine: { most: 6, runMs: perfect(6) }, threads: 6, tried: [1, 6, 3] },
    { name: "those of two cores", machine: { most: 2, runMs: perfect(3) }, threads: 2, tried: [1, 2] },
  ])("are $name", async ({ machine, threads, tried }) => {
    expect(await choose(machine)).toMatchObject({ threads, tried, open: [threads] });
  });

  it.each([
    { name: "a large model", machine: { bytes: 80 * MB, loadMs: 110 }, loads: 1 },
    { name: "a slow model", machine: { runMs: perfect(2000) }, loads: 2 },
    { name: "a start that took no time", machine: { elapsedMs: 10 }, loads: 1 },
  ])("are all, untried, for $name", async ({ machine, loads }) => {
    expect(await choose({ most: 4, runMs: constant(5), ...machine })).toMatchObject({
      threads: 4,
      tried: [],
      loads,
      open: [4],
      why: "finding out would keep the start up, and models that take long gain from threads",
    });
  });

  it.each([1, 5, 20, 34])("are found in 150 ms, where a load and a run take %d ms each", async (ms) => {
    const { trialsMs, open } = await choose({ most: 64, runMs: constant(ms), loadMs: ms, bytes: ms * 250_000 });
    expect(trialsMs).toBeLessThanOrEqual(150);
    expect(open).toHaveLength(1);
  });

  it.each([
    {
      name: "the model's own",
      machine: { settings: 3 },
      threads: 3,
      why: "the model's own settings say so",
    },
    {
      name: "the model's own where that is one",
      machine: { settings: 1 },
      threads: 1,
      why: "the model's own settings say so",
    },
    {
      name: "all without anything to time",
      machine: { batch: undefined },
      threads: 4,
      why: "there is nothing that it could be timed with",
    },
    {
      name: "all where it does not run",
      machine: { runMs: () => Number.NaN },
      threads: 4,
      why: "there is nothing that it could be timed with",
    },
  ])("are $name", async ({ machine, threads, why }) => {
    expect(await choose({ most: 4, runMs: constant(1), ...machine })).toMatchObject({
      threads,
      why,
      tried: [],
      open: [threads],
    });
  });

  it("are those that it runs with", async () => {
    const runMs = (threads: number) => (threads === 4 ? Number.NaN : 1);
    expect(await choose({ most: 4, runMs })).toMatchObject({ threads: 4, open: [4] });
  });
});
