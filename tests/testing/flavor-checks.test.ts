import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { z } from "zod";
import type { Batch } from "../../src/core/batch.js";
import { MlserveError } from "../../src/core/errors.js";
import type { Flavor } from "../../src/flavors/flavor.js";
import { loadFlavorModule } from "../../src/flavors/load-flavor-module.js";
import { flavorChecks } from "../../src/testing/flavor-checks.js";
import type { CheckId, FlavorSubject } from "../../src/testing/flavor-subject.js";
import { linearFlavor, writeLinearModel } from "../support/linear-flavor.js";

const folder = await mkdtemp(join(tmpdir(), "mlserve-checks-"));
const source = await writeLinearModel(folder);
afterAll(() => rm(folder, { recursive: true }));

function subjectOf(flavor: Flavor, changes: Partial<FlavorSubject> = {}): FlavorSubject {
  const columns = ["a", "b"];
  const requests = [
    {
      body: {
        dataframe_split: {
          columns,
          data: [
            [1, 2],
            [3, 4],
          ],
        },
      },
      predictions: [{ y: 9 }, { y: 19 }],
    },
    { body: '{"inputs": {"a": [0], "b": [0.5]}}', predictions: [{ y: 2.5 }] },
  ];
  return { flavor, models: [{ source, needs: ["weights.json"], requests }], ...changes };
}

/** The checks that fail, by id, and what they say. */
async function failuresOf(subject: FlavorSubject): Promise<Partial<Record<CheckId, string>>> {
  const failures: Partial<Record<CheckId, string>> = {};
  for (const { id, run } of flavorChecks(subject))
    await run().catch((error: Error) => {
      failures[id] = `${error.name} ${error.message}`;
    });
  return failures;
}

const answer = (data: Float64Array): Batch => ({
  kind: "columns",
  rows: data.length,
  columns: new Map([["y", { dtype: "float64", data }]]),
});

const rowsOf = (batch: Batch): number => (batch.kind === "columns" ? batch.rows : 0);

describe("a sound flavor", () => {
  it("passes every check", async () => {
    expect(await failuresOf(subjectOf(linearFlavor()))).toEqual({});
  });

  it("is checked on each of its models, and once without", () => {
    const two = subjectOf(linearFlavor());
    const checks = flavorChecks({ ...two, models: [...two.models, ...two.models] });
    const counts = (id: CheckId): number => checks.filter((check) => check.id === id).length;
    expect([counts("config"), counts("rows")]).toEqual([1, 2]);
    expect(checks.map(({ name }) => name)).toContain("linear-model: gives the same answer twice");
  });

  it("need not pass a check that does not apply to it", () => {
    const checks = flavorChecks(subjectOf(linearFlavor(), { skips: { steady: "it rolls dice" } }));
    expect(checks.map(({ id }) => id)).not.toContain("steady");
  });
});

/** A flavor of a module, which answers with what `expression` gives. */
async function loadedFlavor(name: string, expression: string): Promise<Flavor> {
  const path = join(folder, `${name}.mjs`);
  const predictor = `{
    unsigned: "arrays", batchable: false, runtime: { runtime: "test" },
    predict: async () => ({ kind: "value", value: ${expression} }),
    async [Symbol.asyncDispose]() {},
  }`;
  await writeFile(path, `export const linear = { name: "linear", load: async () => (${predictor}) };`);
  const [flavor] = await loadFlavorModule(path);
  return flavor ?? assert.fail("the module has a flavor");
}

describe("a flavor of a module is run in a worker process", () => {
  const requests = [{ body: { inputs: { a: [1], b: [2] } } }];
  const models = [{ source, needs: [], requests }];

  it("and passes when it answers the same there", async () => {
    const checks = flavorChecks(subjectOf(await loadedFlavor("same", "1.5"), { models }));
    expect(checks.map(({ id }) => id)).toContain("worker");
    await checks.find(({ id }) => id === "worker")?.run();
  });

  it("and is found out when it does not", async () => {
    const failures = await failuresOf(subjectOf(await loadedFlavor("torn", "process.pid"), { models }));
    expect(failures.worker).toContain("answer.predictions: expected");
  });

  it("but not when it is only an object of this process", () => {
    expect(flavorChecks(subjectOf(linearFlavor())).map(({ id }) => id)).not.toContain("worker");
  });
});

let calls = 0;
let kept: Batch = answer(new Float64Array());
const children: ChildProcess[] = [];
afterAll(() => {
  for (const child of children) child.kill();
});

const yes = z.object({ data: z.string() });

const BROKEN: readonly [string, CheckId, Flavor, string, Partial<FlavorSubject>?][] = [
  ["has a name with a space", "shape", linearFlavor({}, { name: "my flavor" }), "its name"],
  ["is not frozen", "shape", { ...linearFlavor() }, "it is frozen"],
  [
    "takes a block that it should refuse",
    "config",
    linearFlavor({}, { config: yes }),
    "it did not fail",
    { badConfigs: [{ block: { data: "x" }, field: "data" }] },
  ],
  [
    "refuses a block for another field",
    "config",
    linearFlavor({}, { config: yes }),
    "flavors.linear.bias",
    { badConfigs: [{ block: { data: 1 }, field: "bias" }] },
  ],
  [
    "finds itself in any folder",
    "describe",
    linearFlavor(
      {},
      {
        describe: async () => ({
          flavors: {},
          signature: { inputs: undefined, outputs: undefined, params: undefined },
        }),
      },
    ),
    "with no files at all",
  ],
  ["finds a fault in its model", "check", linearFlavor({}, { checkSignature: async () => ["no"] }), "no"],
  ["does not know where it runs", "isolation", linearFlavor({}, { isolation: async () => "moon" as never }), "moon"],
  ["does not tell what runs it", "load", linearFlavor({ runtime: {} }), "runtime.runtime"],
  [
    "answers wrongly",
    "answers",
    linearFlavor({ predict: async (batch) => answer(new Float64Array(rowsOf(batch))) }),
    "expected 9, got 0",
  ],
  ["answers no batch", "answers", linearFlavor({ predict: async () => ({ y: 1 }) as never }), "returned no batch"],
  [
    "answers another time otherwise",
    "steady",
    linearFlavor({ predict: async (batch) => answer(new Float64Array(rowsOf(batch)).fill(calls++)) }),
    "is not the recorded one",
  ],
  [
    "changes the data of a request",
    "inputs",
    linearFlavor({
      predict: async (batch) => {
        if (batch.kind === "columns")
          for (const { data } of batch.columns.values()) if (data instanceof Float64Array) data.fill(0);
        return answer(new Float64Array(rowsOf(batch)));
      },
    }),
    "deep",
  ],
  [
    "mixes calls up",
    "concurrency",
    linearFlavor({
      predict: async (batch) => {
        kept = answer(new Float64Array(rowsOf(batch)).fill(rowsOf(batch)));
        await new Promise(setImmediate);
        return kept;
      },
    }),
    "shape",
  ],
  [
    "makes rows depend on each other",
    "rows",
    linearFlavor({ predict: async (batch) => answer(new Float64Array(rowsOf(batch)).fill(rowsOf(batch))) }),
    "is not the recorded one",
  ],
  [
    "calls a request that was given up its own fault",
    "abort",
    linearFlavor({
      predict: (batch, { signal }) =>
        new Promise((resolve, reject) => {
          signal.addEventListener("abort", () => reject(new MlserveError("model_failed", "gone")));
          setImmediate(() => resolve(answer(new Float64Array(rowsOf(batch)))));
        }),
    }),
    "got model_failed",
  ],
  [
    "blames itself for a request",
    "refusals",
    linearFlavor({ predict: () => Promise.reject(new Error("no")) }),
    "got model_failed",
    {
      models: [{ source, needs: [], requests: [], refused: [{ inputs: { a: [1], b: [2] } }] }],
    },
  ],
  [
    "shows a path",
    "missing",
    linearFlavor(
      {},
      {
        load: ({ files }) =>
          Promise.reject(new MlserveError("invalid_model", `no weights.json in ${source} ${files.names.length}`)),
      },
    ),
    "a path of this machine",
  ],
  [
    "does not say which file is missing",
    "missing",
    linearFlavor({}, { load: () => Promise.reject(new MlserveError("invalid_model", "something")) }),
    "expected weights.json in",
  ],
  [
    "writes into the model's folder",
    "leftovers",
    linearFlavor({
      predict: async (batch) => {
        await writeFile(join(source, "weights.json"), JSON.stringify({ bias: 1, weights: { a: 2, b: 3 }, calls: "1" }));
        return answer(new Float64Array(rowsOf(batch)));
      },
    }),
    "files are as they were",
  ],
  [
    "leaves a process running",
    "leftovers",
    linearFlavor({
      predict: async (batch) => {
        children.push(spawn(process.execPath, ["--eval", "process.stdin.resume()"]));
        return answer(new Float64Array(rowsOf(batch)));
      },
    }),
    "no process or server",
  ],
];

describe("a flavor is found out when it", () => {
  it.each(BROKEN)("%s", async (_, id, flavor, says, changes) => {
    expect((await failuresOf(subjectOf(flavor, changes)))[id]).toContain(says);
  });
});
