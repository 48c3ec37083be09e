import type { Batch } from "../../core/batch.js";
import type { Schema } from "../../format/signature.js";
import { type Fault, toModelFailure } from "./fault.js";
import { findUnsayable } from "./json-check.js";
import { compileOutputColumns } from "./output-columns.js";
import { compileOutputTensors } from "./output-tensors.js";
import { readTensors } from "./read-tensors.js";

/** What a function answered as a batch, or what is wrong with it. */
export type ToOutput = (result: unknown) => Batch | Fault;

/**
 * Compiles the way from what a function answers to a batch.
 *
 * With an output signature the answer has to be of it. It throws `model_failed` naming the place for what is not, and for
 * what JSON cannot say.
 */
export function compileOutput(outputs: Schema | undefined): (result: unknown) => Batch {
  const toOutput = compileBySchema(outputs);
  return (result) => {
    const output = toOutput(result);
    if ("reason" in output) throw toModelFailure(output);
    return output;
  };
}

function compileBySchema(outputs: Schema | undefined): ToOutput {
  switch (outputs?.kind) {
    case "columns":
      return compileOutputColumns(outputs.columns);
    case "tensors":
      return compileOutputTensors(outputs.tensors);
    case undefined:
      return (result) => readTensors(result) ?? toValue(result);
  }
}

function toValue(value: unknown): Batch | Fault {
  return findUnsayable(value) ?? { kind: "value", value };
}
