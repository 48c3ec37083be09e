import type { DecodeLimits } from "../../core/decode-limits.js";
import type { Schema } from "../../format/signature.js";

/** The limits with as many more columns as the signature has inputs; a tensor without a name has a column for each element of a row. */
export function withOwnColumns(limits: DecodeLimits, inputs: Schema | undefined): DecodeLimits {
  return { ...limits, maxColumns: limits.maxColumns + countInputs(inputs) };
}

function countInputs(inputs: Schema | undefined): number {
  if (inputs === undefined) return 0;
  if (inputs.kind === "columns") return inputs.columns.length;
  const [first] = inputs.tensors;
  if (first === undefined || first.name !== undefined) return inputs.tensors.length;
  return first.shape.slice(1).reduce((count, size) => count * Math.max(1, size), 1);
}
