import { expect } from "vitest";
import type { Batch } from "../../src/core/batch.js";
import type { Column, Tensor } from "../../src/core/tensor.js";
import { identityModel } from "./onnx-builder.js";
import { failureOf, predict, withPredictor } from "./onnx-folder.js";

const signal = new AbortController().signal;

/** A table of columns. */
export const columns = (entries: Readonly<Record<string, Column>>): Batch => ({
  kind: "columns",
  rows: Object.values(entries)[0]?.data.length ?? 0,
  columns: new Map(Object.entries(entries)),
});

export const floats = (...values: number[]): Column => ({ dtype: "float64", data: Float64Array.from(values) });

/** What a graph that hands on its input gives for a batch. */
export async function answer(
  elementType: number,
  shape: readonly (number | undefined)[],
  batch: Batch,
): Promise<Tensor | undefined> {
  return withPredictor({ "model.onnx": identityModel(elementType, shape) }, async (predictor) =>
    (await predict(predictor, batch)).get("y"),
  );
}

/** The message of the refusal, which must be the caller's fault. */
export async function refused(
  elementType: number,
  shape: readonly (number | undefined)[],
  batch: Batch,
): Promise<string> {
  return withPredictor({ "model.onnx": identityModel(elementType, shape) }, async (predictor) => {
    const error = await failureOf(predictor.predict(batch, { params: new Map(), signal }));
    expect([error.kind, error.status]).toEqual(["model_rejected_input", 400]);
    return error.message;
  });
}
