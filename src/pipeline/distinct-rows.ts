import { isDeepStrictEqual } from "node:util";
import { type Batch, rowCount } from "../core/batch.js";
import { compileRowSlices } from "../core/join-batches.js";
import type { Column, DType, Tensor } from "../core/tensor.js";

/** Three batches of one row each, as a model may be given them. */
export type ThreeRows = readonly [Batch, Batch, Batch];

/**
 * Three different rows like those of a batch: its first three, or ones made from them by smaller numbers, which stay in
 * the range that the model knows. Undefined where there are no rows, or no numbers to make others from.
 */
export function threeDifferentRows(batch: Batch): ThreeRows | undefined {
  const count = rowCount(batch) ?? 0;
  const slice = compileRowSlices(batch, count);
  if (count === 0 || slice === undefined) return undefined;
  const rows = [slice(0, 1), slice(1 % count, 1), slice(2 % count, 1)] as const;
  if (areDifferent(rows)) return rows;
  const made = [rows[0], vary(rows[1], 1), vary(rows[2], 2)] as const;
  return areDifferent(made) ? made : undefined;
}

function areDifferent([first, second, third]: ThreeRows): boolean {
  return !isDeepStrictEqual(first, second) && !isDeepStrictEqual(second, third) && !isDeepStrictEqual(first, third);
}

function vary(batch: Batch, step: number): Batch {
  switch (batch.kind) {
    case "columns":
      return { ...batch, columns: mapValues(batch.columns, (column) => varyColumn(column, step)) };
    case "tensors":
      return { ...batch, tensors: mapValues(batch.tensors, (tensor) => varyColumn(tensor, step)) };
    case "value":
      return batch;
  }
}

function mapValues<T>(map: ReadonlyMap<string, T>, change: (value: T) => T): Map<string, T> {
  return new Map(Array.from(map, ([key, value]) => [key, change(value)]));
}

function varyColumn<T extends Column | Tensor>(column: T, step: number): T {
  const change: ((value: never, step: number) => unknown) | undefined = CHANGES[column.dtype];
  if (change === undefined) return column;
  // Each change gives what its dtype holds.
  return { ...column, data: (column.data as Float64Array).map((value) => change(value as never, step) as number) };
}

/** Towards zero, so that a count or the position in a list of words stays one that there is. */
function lessInteger(value: number, step: number): number {
  return Math.sign(value) * Math.max(0, Math.abs(value) - step);
}

function lessBigint(value: bigint, step: number): bigint {
  return BigInt(lessInteger(Number(value), step));
}

function lessFloat(value: number, step: number): number {
  return value === 0 ? step / 4 : value * (1 - step / 4);
}

/** A quarter of a power of two less for each step. */
function lessFloat16(bits: number, step: number): number {
  return (bits & 0x7fff) > 0x400 ? bits - step * 0x100 : 0x3400 + step * 0x100;
}

/** How a value becomes another one; texts and dates have none that a model is sure to take. */
const CHANGES: { readonly [D in DType]?: (value: never, step: number) => unknown } = {
  bool: (value: number, step) => (value + step) % 2,
  int8: lessInteger,
  int16: lessInteger,
  int32: lessInteger,
  int64: lessBigint,
  uint8: lessInteger,
  uint16: lessInteger,
  uint32: lessInteger,
  uint64: lessBigint,
  float16: lessFloat16,
  float32: lessFloat,
  float64: lessFloat,
};
