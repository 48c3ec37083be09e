import { type Column, NOT_A_TIME } from "../../../core/tensor.js";

const FLOAT16_NAN = 0x7e00;

/** Tells whether a row has no value. */
export type IsMissing = (row: number) => boolean;

/**
 * The column with the missing values that pandas gives it: NaN, by which integers become floats; null among texts,
 * bytes and booleans; NaT among datetimes. What stands in the column for a missing value is ignored.
 */
export function withMissing(column: Column, isMissing: IsMissing): Column {
  switch (column.dtype) {
    case "bool":
      return { dtype: "object", data: nullable(Array.from(column.data, Boolean), isMissing) };
    case "string":
    case "binary":
    case "object":
      return { dtype: "object", data: nullable(column.data, isMissing) };
    case "float16":
      return { dtype: "float16", data: column.data.map((bits, row) => (isMissing(row) ? FLOAT16_NAN : bits)) };
    case "float32":
      return { dtype: "float32", data: column.data.map((value, row) => (isMissing(row) ? Number.NaN : value)) };
    case "datetime":
      return { dtype: "datetime", data: column.data.map((value, row) => (isMissing(row) ? NOT_A_TIME : value)) };
    default:
      return { dtype: "float64", data: numbers(column.data, isMissing) };
  }
}

function numbers(data: ArrayLike<number | bigint>, isMissing: IsMissing): Float64Array {
  return Float64Array.from(data, (value, row) => (isMissing(row) ? Number.NaN : Number(value)));
}

function nullable(data: readonly unknown[], isMissing: IsMissing): unknown[] {
  return data.map((value, row) => (isMissing(row) ? null : value));
}
