import { setImmediate as nextTurn } from "node:timers/promises";
import { describe, expect, it, vi } from "vitest";
import type { Batch, Params } from "../../src/core/batch.js";
import { MlserveError } from "../../src/core/errors.js";
import type { Outputs, PredictContext } from "../../src/flavors/flavor.js";
import { RowJoiner, type RowJoinerOptions, type RunFacts } from "../../src/pipeline/row-joiner.js";

function column(values: readonly number[]): Batch {
  const data = Float64Array.from(values);
  return { kind: "tensors", tensors: new Map([["x", { dtype: "float64", shape: [values.length], data }]]) };
}

function valuesOf(outputs: Outputs): number[] {
  const batch = outputs as Batch;
  return batch.kind === "tensors" ? Array.from(batch.tensors.get("x")?.data ?? [], Number) : [];
}

interface OpenRun {
  readonly batch: Batch;
  readonly context: PredictContext;
  answer(outputs: Outputs): void;
  fail(error: Error): void;
}

const NEVER = new AbortController().signal;
const NONE: Params = new Map();

/** What follows from an answer begins at the end of the turn after it. */
async function endOfTurn(): Promise<void> {
  await nextTurn();
  await nextTurn();
}

/** A joiner of a model that answers each run when the test says so; times are those of `clock.now`. */
function create(options: Partial<RowJoinerOptions> & { concurrency?: number } = {}) {
  const runs: OpenRun[] = [];
  const facts: RunFacts[] = [];
  const clock = { now: 0 };
  const predictor = {
    concurrency: options.concurrency ?? 1,
    predict: (batch: Batch, context: PredictContext) =>
      new Promise<Outputs>((answer, fail) => {
        runs.push({ batch, context, answer, fail });
      }),
  };
  const onRun = (run: RunFacts): void => {
    facts.push(run);
  };
  const joiner = new RowJoiner({ predictor, maxRows: 8, clock: () => clock.now, onRun, ...options });
  const ask = (values: readonly number[], params = NONE, signal = NEVER) =>
    joiner.run({ batch: column(values), params }, signal).then(({ outputs }) => valuesOf(outputs));
  /** Answers run `i` with its own rows. */
  const echo = async (i: number): Promise<void> => {
    const run = runs[i];
    run?.answer(run.batch);
    await endOfTurn();
  };
  const given = () => runs.map(({ batch }) => valuesOf(batch));
  return { joiner, runs, facts, clock, ask, echo, given };
}

describe("a request that comes while the model is idle", () => {
  it("runs at the end of the turn, with its own signal and batch", async () => {
    const { joiner, runs, facts, echo } = create();
    const batch = column([1]);
    const answer = joiner.run({ batch, params: NONE }, NEVER);
    await endOfTurn();
    expect(runs[0]?.batch).toBe(batch);
    expect(runs[0]?.context.signal).toBe(NEVER);
    await echo(0);
    expect((await answer).outputs).toBe(batch);
    expect(facts).toEqual([{ rows: 1, requests: 1, isSplit: false }]);
  });
});

describe("requests that come together", () => {
  it("share a run, and each gets its own rows", async () => {
    const { ask, echo, given, facts } = create();
    const answers = [ask([1]), ask([2, 3]), ask([4])];
    await endOfTurn();
    await echo(0);
    expect(await Promise.all(answers)).toEqual([[1], [2, 3], [4]]);
    expect(given()).toEqual([[1, 2, 3, 4]]);
    expect(facts).toEqual([{ rows: 4, requests: 3, isSplit: false }]);
  });

  it("during a run share the next one", async () => {
    const { ask, echo, given } = create();
    const answers = [ask([1])];
    await endOfTurn();
    answers.push(ask([2]));
    await endOfTurn();
    answers.push(ask([3]));
    await endOfTurn();
    expect(given()).toEqual([[1]]);
    await echo(0);
    await echo(1);
    expect(await Promise.all(answers)).toEqual([[1], [2], [3]]);
    expect(given()).toEqual([[1], [2, 3]]);
  });

  it("with other params have runs of their own, in the order in which they came", async () => {
    const { ask, echo, given, runs } = create();
    const other: Params = new Map([["k", 1]]);
    const answers = [ask([1]), ask([2], other), ask([3]), ask([4], other)];
    await endOfTurn();
    await echo(0);
    await echo(1);
    await Promise.all(answers);
    expect(given()).toEqual([
      [1, 3],
      [2, 4],
    ]);
    expect(runs.map(({ context }) => context.params.size)).toEqual([0, 1]);
  });

  it("have no more rows than a run may have; larger ones run alone", async () => {
    const { ask, echo, given } = create({ maxRows: 3 });
    const answers = [ask([1, 2]), ask([3, 4, 5, 6]), ask([7]), ask([8, 9])];
    await endOfTurn();
    for (let i = 0; i < 3; i++) await echo(i);
    await Promise.all(answers);
    expect(given()).toEqual([
      [1, 2, 7],
      [3, 4, 5, 6],
      [8, 9],
    ]);
  });

  it.each([
    { name: "without rows", batch: { kind: "value", value: 1 } as Batch },
    { name: "of no rows", batch: column([]) },
  ])("but are $name run alone", async ({ batch }) => {
    const { joiner, runs, echo } = create();
    const answers = [1, 2].map(() => joiner.run({ batch, params: NONE }, NEVER));
    await endOfTurn();
    await echo(0);
    await echo(1);
    await Promise.all(answers);
    expect(runs).toHaveLength(2);
  });

  it("need not wait for a model that works on several at a time", async () => {
    const { ask, echo, given } = create({ concurrency: 2 });
    const answers = [ask([1])];
    await endOfTurn();
    answers.push(ask([2]));
    await endOfTurn();
    answers.push(ask([3]), ask([4]));
    await endOfTurn();
    expect(given()).toEqual([[1], [2]]);
    await echo(1);
    expect(given()).toEqual([[1], [2], [3, 4]]);
    await echo(0);
    await echo(2);
    await Promise.all(answers);
  });

  it("are told when their run began", async () => {
    const { joiner, clock, echo } = create();
    const first = joiner.run({ batch: column([1]), params: NONE }, NEVER);
    await endOfTurn();
    const second = joiner.run({ batch: column([2]), params: NONE }, NEVER);
    clock.now = 7;
    await echo(0);
    await echo(1);
    expect([(await first).begunAt, (await second).begunAt]).toEqual([0, 7]);
  });
});

describe("a long run before others that wait", () => {
  it("lets what comes be read before the next, where it could be refused", async () => {
    const { clock, ask, echo, given } = create({ queue: { requests: 10, rows: 100, waitMs: "auto" } });
    const first = ask([1]);
    await endOfTurn();
    const second = ask([2]);
    clock.now = 7;
    await echo(0);
    expect([given(), await first]).toEqual([[[1]], [1]]);
    await vi.waitFor(() => expect(given()).toEqual([[1], [2]]));
    await Promise.all([echo(1), second]);
  });
});

describe("a run of several that fails", () => {
  it("is run again for each alone, so that only whose rows are at fault fails", async () => {
    const { ask, runs, facts, given, echo } = create();
    const answers = [ask([1]), ask([2]), ask([3])].map((answer) => answer.catch((error: MlserveError) => error.kind));
    await endOfTurn();
    const fault = new MlserveError("model_rejected_input", "2 is not known");
    runs[0]?.fail(fault);
    await endOfTurn();
    await echo(1);
    runs[2]?.fail(fault);
    await endOfTurn();
    await echo(3);
    expect(await Promise.all(answers)).toEqual([[1], "model_rejected_input", [3]]);
    expect(given()).toEqual([[1, 2, 3], [1], [2], [3]]);
    expect(facts.map(({ requests, isSplit }) => [requests, isSplit])).toEqual([
      [3, true],
      [1, false],
      [1, false],
      [1, false],
    ]);
  });

  it.each([
    { name: "leaves rows out", outputs: column([1]) as Outputs },
    { name: "streams", outputs: (async function* () {})() as Outputs },
  ])("is one whose answer $name", async ({ outputs }) => {
    const { ask, runs, given, echo } = create();
    const answers = [ask([1]), ask([2])];
    await endOfTurn();
    runs[0]?.answer(outputs);
    await endOfTurn();
    await echo(1);
    await echo(2);
    expect(await Promise.all(answers)).toEqual([[1], [2]]);
    expect(given()).toEqual([[1, 2], [1], [2]]);
  });

  it("makes the next ones shorter, until runs succeed again", async () => {
    const { ask, runs, given, echo } = create();
    const poisoned = async (count: number): Promise<void> => {
      const answers = Array.from({ length: count }, (_, i) => ask([i]).catch(() => []));
      const before = runs.length;
      await endOfTurn();
      for (let i = before; i < runs.length; i++) {
        const isPoisoned = given()[i]?.includes(0);
        if (isPoisoned) runs[i]?.fail(new Error("poison"));
        else runs[i]?.answer(runs[i]?.batch ?? column([]));
        await endOfTurn();
      }
      await Promise.all(answers);
    };
    const lengths = async (work: () => Promise<void>): Promise<number[]> => {
      const before = runs.length;
      await work();
      return given()
        .slice(before)
        .map(({ length }) => length);
    };
    // The run of four fails; of the four alone, three succeed.
    expect(await lengths(() => poisoned(4))).toEqual([4, 1, 1, 1, 1]);
    expect(await lengths(() => poisoned(8))).toEqual([5, 1, 1, 1, 1, 1, 3]);
    // A caller who sends nothing else has each request run once.
    for (let i = 0; i < 8; i++) await poisoned(1);
    const alone = Array.from({ length: 4 }, () => ask([0]).catch(() => []));
    await endOfTurn();
    const open = runs.length;
    for (let i = open - 1; i < runs.length; i++) {
      runs[i]?.fail(new Error("poison"));
      await endOfTurn();
    }
    await Promise.all(alone);
    await echo(0);
  });
});

describe("a caller who leaves", () => {
  it("before the run is not part of it", async () => {
    const { ask, echo, given } = create();
    const first = ask([1]);
    await endOfTurn();
    const leaving = new AbortController();
    const left = ask([2], NONE, leaving.signal).catch((error: MlserveError) => error.kind);
    const third = ask([3]);
    leaving.abort();
    await echo(0);
    await echo(1);
    expect(await Promise.all([first, left, third])).toEqual([[1], "request_aborted", [3]]);
    expect(given()).toEqual([[1], [3]]);
  });

  it("during the run does not disturb the others; all of them abort it", async () => {
    const { ask, runs, echo } = create();
    const leaving = [new AbortController(), new AbortController()];
    const answers = leaving.map(({ signal }, i) => ask([i], NONE, signal));
    await endOfTurn();
    leaving[0]?.abort();
    expect(runs[0]?.context.signal.aborted).toBe(false);
    leaving[1]?.abort();
    expect(runs[0]?.context.signal.aborted).toBe(true);
    await echo(0);
    expect(await Promise.all(answers)).toEqual([[0], [1]]);
  });

  it("while others are run again is not run", async () => {
    const { ask, runs, echo, given } = create();
    const leaving = new AbortController();
    const first = ask([1]);
    const left = ask([2], NONE, leaving.signal).catch((error: MlserveError) => error.kind);
    await endOfTurn();
    runs[0]?.fail(new Error("no"));
    leaving.abort();
    await endOfTurn();
    await echo(1);
    expect(await Promise.all([first, left])).toEqual([[1], "request_aborted"]);
    expect(given()).toEqual([[1, 2], [1]]);
  });
});
