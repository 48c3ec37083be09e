import { afterAll, describe, expect, it } from "vitest";
import { COERCION_NAMES } from "../../src/codec/decode/coercion.js";
import { MEDIA_TYPES } from "../../src/codec/media-types.js";
import { MlserveError } from "../../src/core/errors.js";
import { problemText } from "../../src/core/problem-text.js";
import { onnxFlavor } from "../../src/flavors/onnx/flavor.js";
import { createFlavorRegistry } from "../../src/flavors/registry.js";
import { loadModel } from "../../src/serve/load.js";
import type { ServedModel } from "../../src/serve/served-model.js";
import { goldenCases, modelPath } from "../support/golden.js";
import { fuzz } from "./run.js";

/** Columns of all types, tensors of all types, params, and no signature. */
const MODELS = ["housing_cols", "tensor_dtypes", "text_cols", "onnx_params", "nosig_multi", "iris_zipmap"];
const MAX_PROBLEM_BYTES = 4096;
const open: ServedModel[] = [];
afterAll(async () => await Promise.all(open.map((served) => served[Symbol.asyncDispose]())));

describe.each(COERCION_NAMES)("a body in mode %s", (coercion) => {
  it.each(MODELS)("for %s is answered, or refused as the caller's fault, whatever it holds", async (model) => {
    const served = await loadModel(modelPath(model), { flavors: createFlavorRegistry([onnxFlavor]), coercion });
    open.push(served);
    const samples = goldenCases(model).flatMap(({ body }) => (typeof body === "string" ? [Buffer.from(body)] : []));
    const tried = await fuzz({
      name: `body ${model} ${coercion}`,
      samples: samples.filter(({ length }) => length > 0 && length < 20_000),
      async attempt(bytes, random) {
        const media = random(8) === 0 ? MEDIA_TYPES.csv : MEDIA_TYPES.json;
        try {
          const reply = await served.executor.execute({ bytes, media }, AbortSignal.timeout(60_000));
          if (reply.kind !== "whole") throw new Error("a model that does not stream has streamed");
          JSON.parse(Buffer.from(reply.bytes).toString());
        } catch (error) {
          expect(error).toBeInstanceOf(MlserveError);
          if (!(error instanceof MlserveError)) throw error;
          expect(error.status, error.message).toBeLessThan(500);
          expect(Buffer.byteLength(problemText(error))).toBeLessThan(MAX_PROBLEM_BYTES);
        }
      },
    });
    expect(tried).toBeGreaterThan(10);
  });
});
