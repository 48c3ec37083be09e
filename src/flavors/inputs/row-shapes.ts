import type { Dimension, ModelInput } from "./model-input.js";

/** Is the first dimension of a shape free, so that it may be one of rows? */
export function isRowwise(shape: readonly Dimension[] | undefined): boolean {
  return typeof shape?.[0] === "string";
}

/** The first dimension that all inputs share, where it is a number. */
export function fixedRowsOf(inputs: readonly ModelInput[]): number | undefined {
  const [first, ...others] = new Set(inputs.map(({ shape }) => shape?.[0]));
  return typeof first === "number" && first > 0 && others.length === 0 ? first : undefined;
}
