import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CoercionName } from "../../src/codec/decode/coercion.js";
import { BUILTIN_FLAVORS } from "../../src/flavors/builtin.js";
import { createFlavorRegistry } from "../../src/flavors/registry.js";
import { loadModel } from "../../src/serve/load.js";
import type { ServedModel } from "../../src/serve/served-model.js";
import {
  type Answer,
  findDifference,
  type GoldenCase,
  goldenCases,
  goldenModels,
  isStrictTableCase,
  modelPath,
} from "../support/golden.js";
import { servedAnswer } from "../support/served-answer.js";

const models = goldenModels().filter((model) => goldenCases(model).some(isStrictTableCase));
const onnxModels = models.filter((model) => !model.startsWith("py_"));
const functions = models.filter((model) => existsSync(join(modelPath(model), "predict.mjs")));
/** Python functions of which there is none in JavaScript: their tables are recorded in tests/fixtures/tables too. */
const PYTHON_ONLY = ["py_nosig"];

const answered = new Set<string>();

/** None of them damages data, so that both modes answer alike. */
function expectAnswer(golden: GoldenCase, answer: Answer, mode: CoercionName): void {
  expect(findDifference(golden, answer)).toBeUndefined();
  answered.add(`${mode} ${golden.id}`);
}

describe.each<CoercionName>(["mlflow", "safe"])("CSV and Parquet bodies in mode %s", (mode) => {
  describe.each([...onnxModels, ...functions])("%s", (model) => {
    let served: ServedModel | undefined;

    beforeAll(async () => {
      served = await loadModel(modelPath(model), { flavors: createFlavorRegistry(BUILTIN_FLAVORS), coercion: mode });
    });
    afterAll(() => served?.[Symbol.asyncDispose]());

    it.each(casesOf(model))("%s", async (_, golden) => {
      expectAnswer(golden, await servedAnswer(golden, served), mode);
    });
  });
});

describe("the recorded CSV and Parquet bodies", () => {
  const wanted = models
    .filter((model) => !PYTHON_ONLY.includes(model))
    .flatMap((model) => casesOf(model).map(([id]) => id));

  it("are all there", () => {
    expect(models.flatMap(casesOf)).toHaveLength(232);
    expect(onnxModels.flatMap(casesOf)).toHaveLength(75);
    expect(functions.flatMap(casesOf)).toHaveLength(144);
  });

  it.each<CoercionName>(["mlflow", "safe"])("are all replayed in mode %s", (mode) => {
    expect(wanted.filter((id) => !answered.has(`${mode} ${id}`))).toEqual([]);
  });
});

function casesOf(model: string): [string, GoldenCase][] {
  return goldenCases(model)
    .filter(isStrictTableCase)
    .map((golden) => [golden.id, golden]);
}
