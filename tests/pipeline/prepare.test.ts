import { setImmediate as nextTurn } from "node:timers/promises";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BUILTIN_FLAVORS } from "../../src/flavors/builtin.js";
import { createFlavorRegistry } from "../../src/flavors/registry.js";
import { type LoadModelOptions, loadModel } from "../../src/serve/load.js";
import { createMetrics, type Metrics } from "../../src/serve/metrics.js";
import type { ServedModel } from "../../src/serve/served-model.js";
import { loadFunction, writeFunction } from "../support/function-model.js";
import { modelPath } from "../support/golden.js";
import { useTemporaryFolder } from "../support/temporary-folder.js";

const folder = useTemporaryFolder();
const NEVER = new AbortController().signal;

async function ask({ executor }: ServedModel, body: object, signal = NEVER): Promise<string> {
  const bytes = Buffer.from(JSON.stringify(body));
  try {
    const reply = await executor.execute({ bytes, media: "application/json" }, signal);
    return reply.kind === "whole" ? Buffer.from(reply.bytes).toString() : "a stream";
  } catch (error) {
    return String(error);
  }
}

/** A number of the metrics' text. */
async function counted(metrics: Metrics, name: string): Promise<number> {
  return Number(new RegExp(`^${name} (\\S+)$`, "m").exec(await metrics.text())?.[1]);
}

const FEATURES = Array.from({ length: 8 }, (_, i) => `f${i}`);

/** What is asked at once: requests of rows, each with the turns of the event loop before it is sent. */
function requestsOf<T>(row: fc.Arbitrary<T>) {
  const request = fc.record({
    rows: fc.array(row, { minLength: 1, maxLength: 4 }),
    turns: fc.nat({ max: 3 }),
    leaves: fc.boolean(),
  });
  return fc.array(request, { minLength: 2, maxLength: 12 });
}

type Request<T> = { readonly rows: readonly T[]; readonly turns: number; readonly leaves: boolean };

/** Asks all at once; whoever stays has to get what it gets alone. */
async function checkTogether<T>(
  served: ServedModel,
  requests: readonly Request<T>[],
  toBody: (rows: readonly T[], i: number) => object,
): Promise<void> {
  const bodies = requests.map(({ rows }, i) => toBody(rows, i));
  const alone: string[] = [];
  for (const body of bodies) alone.push(await ask(served, body));
  const together = requests.map(async ({ turns, leaves }, i) => {
    for (let turn = 0; turn < turns; turn++) await nextTurn();
    const controller = new AbortController();
    const answer = ask(served, bodies[i] ?? {}, controller.signal);
    if (leaves) controller.abort();
    return await answer;
  });
  const answers = await Promise.all(together);
  for (const [i, answer] of answers.entries()) if (!requests[i]?.leaves) expect(answer).toBe(alone[i]);
}

describe("callers who ask at the same time", () => {
  it("get what they get alone of a graph in the server's process", async () => {
    const metrics = createMetrics();
    const flavors = createFlavorRegistry(BUILTIN_FLAVORS);
    await using served = await loadModel(modelPath("trees100"), { flavors, metrics, isolation: "inline" });
    expect(served.joining).toEqual({ kind: "on", maxRows: 128 });
    const row = fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 8, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(requestsOf(row), (requests) =>
        checkTogether(served, requests, (data) => ({ dataframe_split: { columns: FEATURES, data } })),
      ),
      { numRuns: 30 },
    );
    expect(await counted(metrics, "mlserve_joined_requests_total")).toBeGreaterThan(0);
    expect(await counted(metrics, "mlserve_split_runs_total")).toBe(0);
  });

  it("get what they get alone of a function in a worker, whatever their params, and with others at fault", async () => {
    const metrics = createMetrics();
    await using served = await loadFunction(writeJoinedFunction(folder.path), {
      metrics,
      isolation: "process",
      workers: 1,
    });
    expect(served.joining.kind).toBe("on");
    const number = fc.integer({ min: -9, max: 9 });
    await fc.assert(
      fc.asyncProperty(requestsOf(fc.record({ a: number, b: number })), (requests) =>
        checkTogether(served, requests, (rows, i) => ({ dataframe_records: rows, params: { times: i % 2 } })),
      ),
      { numRuns: 30 },
    );
    expect(await counted(metrics, "mlserve_joined_requests_total")).toBeGreaterThan(0);
    expect(await counted(metrics, "mlserve_split_runs_total")).toBeGreaterThan(0);
  });
});

/** It gives `a * times + b` for each row, refuses the number 9, and works on one call at a time. */
function writeJoinedFunction(path: string, block = "{ module: predict.mjs, batchable: true, concurrency: 1 }"): string {
  const code = `
    export default async (rows, { params }) => {
      await new Promise((resolve) => setImmediate(resolve));
      if (rows.some(({ a }) => a === 9)) throw Object.assign(new Error("9 is not known"), { status: 422 });
      return rows.map(({ a, b }) => ({ y: a * params.times + b }));
    };`;
  const column = (name: string) => ({ name, type: "long", required: true });
  return writeFunction(path, code, {
    block,
    inputs: [column("a"), column("b")],
    outputs: [column("y")],
    params: [{ name: "times", type: "long", default: 1, shape: null }],
    example: { dataframe_records: [{ a: 5, b: 7 }] },
  });
}

describe("rows are not joined", () => {
  const onnx = (options: Partial<LoadModelOptions>) =>
    loadModel(modelPath("trees100"), { flavors: createFlavorRegistry(BUILTIN_FLAVORS), ...options });
  const off = (reason: string) => ({ kind: "off", reason });

  it.each([
    { name: "when that is turned off", joining: { isWanted: false }, reason: "it was turned off" },
    { name: "when a run may have one", joining: { maxRows: 1 }, reason: "a run may have one row" },
  ])("$name", async ({ joining, reason }) => {
    await using served = await onnx({ joining });
    expect(served.joining).toEqual(off(reason));
  });

  it("of a function that does not say that they may", async () => {
    await using served = await loadFunction(writeJoinedFunction(folder.path, "{ module: predict.mjs }"));
    expect(served.joining).toEqual(off("the flavor does not say that its rows may run together"));
  });

  it("of a model without an input example", async () => {
    const block = "{ module: predict.mjs, batchable: true }";
    await using served = await loadFunction(writeFunction(folder.path, "export default (rows) => rows;", { block }));
    expect(served.joining).toEqual(off("there is no input example that it could be tried with"));
  });
});
