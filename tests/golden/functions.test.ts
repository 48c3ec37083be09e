import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CoercionName } from "../../src/codec/decode/coercion.js";
import { functionFlavor } from "../../src/flavors/js-function/flavor.js";
import { createFlavorRegistry } from "../../src/flavors/registry.js";
import { loadModel } from "../../src/serve/load.js";
import type { ServedModel } from "../../src/serve/served-model.js";
import {
  findDifference,
  goldenCases,
  goldenModels,
  isStrictJsonCase,
  modelPath,
  REFUSED_DAMAGE,
} from "../support/golden.js";
import { servedAnswer } from "../support/served-answer.js";

const models = goldenModels().filter((model) => existsSync(join(modelPath(model), "predict.mjs")));
const answered = new Set<string>();

describe.each<CoercionName>(["mlflow", "safe"])("functions in mode %s", (mode) => {
  describe.each(models)("%s", (model) => {
    const cases = goldenCases(model).filter(isStrictJsonCase);
    let served: ServedModel | undefined;

    beforeAll(async () => {
      served = await loadModel(modelPath(model), { flavors: createFlavorRegistry([functionFlavor]), coercion: mode });
    });
    afterAll(() => served?.[Symbol.asyncDispose]());

    it.each(cases.map((golden) => [golden.id, golden] as const))("%s", async (id, golden) => {
      const answer = await servedAnswer(golden, served);
      const difference = findDifference(golden, answer);
      if (mode === "safe" && difference !== undefined) expect(answer).toMatchObject(REFUSED_DAMAGE);
      else expect(difference).toBeUndefined();
      answered.add(`${mode} ${id}`);
    });
  });
});

describe("the strict cases of functions", () => {
  it.each<CoercionName>(["mlflow", "safe"])("were all answered in mode %s", (mode) => {
    const wanted = models.flatMap((model) => goldenCases(model).filter(isStrictJsonCase));
    expect(wanted.length).toBe(846);
    expect(wanted.filter(({ id }) => !answered.has(`${mode} ${id}`))).toEqual([]);
  });
});
