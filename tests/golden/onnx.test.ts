import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { COERCION_NAMES } from "../../src/codec/decode/coercion.js";
import { onnxFlavor } from "../../src/flavors/onnx/flavor.js";
import { createFlavorRegistry } from "../../src/flavors/registry.js";
import { loadModel } from "../../src/serve/load.js";
import type { ServedModel } from "../../src/serve/served-model.js";
import {
  type Answer,
  EXACT,
  findDifference,
  goldenCases,
  goldenModels,
  isStrictJsonCase,
  modelPath,
  REFUSED_DAMAGE,
  valuesOf,
} from "../support/golden.js";
import { servedAnswer } from "../support/served-answer.js";

// Some have nothing but cases in which MLflow is at fault.
const models = goldenModels().filter((model) => !model.startsWith("py_") && goldenCases(model).some(isStrictJsonCase));
/** Their graphs only hand on what they get, so that every digit has to be MLflow's, float32 widened to float64 too. */
const ECHOING = ["onnx_ident", "tensor_dtypes"];
const answered = new Set<string>();

describe.each(COERCION_NAMES)("models in mode %s", (mode) => {
  describe.each(models)("%s", (model) => {
    const cases = goldenCases(model).filter(isStrictJsonCase);
    let served: ServedModel | undefined;

    beforeAll(async () => {
      served = await loadModel(modelPath(model), {
        flavors: createFlavorRegistry([onnxFlavor]),
        coercion: mode,
        float32: "widened",
      });
    });
    afterAll(() => served?.[Symbol.asyncDispose]());

    it.each(cases.map((golden) => [golden.id, golden] as const))("%s", async (id, golden) => {
      const answer = await servedAnswer(golden, served);
      const difference = findDifference(golden, answer, ECHOING.includes(model) ? EXACT : undefined);
      if (mode === "safe" && difference !== undefined) expect(answer).toMatchObject(REFUSED_DAMAGE);
      else expect(difference).toBeUndefined();
      if (answer.status >= 400) expect(valuesOf(golden).filter((value) => said(answer).includes(value))).toEqual([]);
      answered.add(`${mode} ${id}`);
    });
  });
});

/** The range of a type is ours to tell, also where a value is its last but one. */
function said({ text }: Answer): string {
  return text.replace(/not within -?\d+ to \d+/, "");
}

describe("the strict cases of ONNX models", () => {
  it("were all answered in both modes, as many as the files hold", () => {
    const folder = join(import.meta.dirname, "../fixtures/golden");
    const lines = readdirSync(folder)
      .filter((file) => !file.startsWith("py_"))
      .flatMap((file) => readFileSync(join(folder, file), "utf8").split("\n"))
      .filter(
        (line) =>
          line !== "" &&
          !line.includes('"quirk": true') &&
          !/"content-type": "(text\/csv|application\/vnd\.apache\.parquet)/.test(line),
      );
    expect(lines.length).toBe(799);
    expect(answered.size).toBe(2 * lines.length);
  });
});
