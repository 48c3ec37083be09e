import { describe, expect, it } from "vitest";
import { createMetrics } from "../../src/serve/metrics.js";
import type { ServedModel } from "../../src/serve/served-model.js";
import { type FunctionParts, invoke, loadFunction, writeFunction } from "../support/function-model.js";
import { useTemporaryFolder } from "../support/temporary-folder.js";

const folder = useTemporaryFolder();
const LONG = { type: "long", required: true };

/** Says of each row how many rows its run had; 1 ends the process, 2 keeps it for good. */
const CODE = `
  export default (rows) => {
    if (rows.some(({ a }) => a === 1)) process.exit(7);
    while (rows.some(({ a }) => a === 2));
    return rows.map(({ a }) => ({ a, together: rows.length }));
  };`;

const PARTS: FunctionParts = {
  block: "{ module: predict.mjs, batchable: true, concurrency: 1 }",
  inputs: [{ name: "a", ...LONG }],
  outputs: [
    { name: "a", ...LONG },
    { name: "together", ...LONG },
  ],
  // No row of it may be told how many others there are: that is looked at by the trial too.
  example: { dataframe_records: [{ a: 10 }, { a: 11 }, { a: 12 }] },
};

const load = (code = CODE) => {
  const metrics = createMetrics();
  const options = { isolation: "process", workers: 1, metrics } as const;
  return loadFunction(writeFunction(folder.path, code, PARTS), options).then((served) => ({ served, metrics }));
};

async function ask(served: ServedModel, a: number, headers: Readonly<Record<string, string>> = {}) {
  const response = await invoke(served, { dataframe_records: [{ a }] }, headers);
  return { status: response.status, body: await response.json() };
}

describe("a model whose rows know of each other", () => {
  it("is not joined", async () => {
    const { served } = await load();
    await using _ = served;
    expect(served.joining).toEqual({
      kind: "off",
      reason: "rows that are run together give other values or shapes than alone",
    });
  });
});

describe("requests that were handed to a worker together", () => {
  const code = CODE.replace("together: rows.length", "together: 0");
  const right = (a: number) => ({ status: 200, body: { predictions: [{ a, together: 0 }] } });

  it("share runs", async () => {
    const { served, metrics } = await load(code);
    await using _ = served;
    const asked = [3, 4, 5, 6, 7];
    expect(await Promise.all(asked.map((a) => ask(served, a)))).toEqual(asked.map(right));
    expect(await metrics.text()).toMatch(/^mlserve_joined_requests_total [2-5]$/m);
  });

  it("are run again, each alone, when their worker ends, so that one of them fails", async () => {
    const { served, metrics } = await load(code);
    await using _ = served;
    const answers = await Promise.all([3, 1, 4].map((a) => ask(served, a)));
    expect(answers.map(({ status }) => status)).toEqual([200, 500, 200]);
    expect([answers[0], answers[2]]).toEqual([right(3), right(4)]);
    // Once for all of them, and once for the one alone.
    expect(await metrics.text()).toMatch(/^mlserve_worker_restarts_total 2$/m);
  });

  it("are run again when the worker is ended at the deadline of one of them", async () => {
    const { served } = await load(code);
    await using _ = served;
    const answers = await Promise.all([
      ask(served, 3),
      ask(served, 2, { "x-request-timeout": "300ms" }),
      ask(served, 4),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([200, 504, 200]);
  });
});
