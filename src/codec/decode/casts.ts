import type { JsonValue } from "../../core/json.js";
import type { DataByDType, DType } from "../../core/tensor.js";
import type { ScalarType } from "../../format/signature.js";

/** Called with the index of a value that cannot be cast; throws. */
export type Refuse = (index: number, reason?: string) => never;

/** Casts a list of JSON values to one element type. */
export type Cast<D extends DType> = (values: readonly JsonValue[], refuse: Refuse) => DataByDType[D];

/** The element type that holds each scalar column type. A `string` column may also hold what is no string. */
export const COLUMN_DTYPES = {
  boolean: "bool",
  integer: "int32",
  long: "int64",
  float: "float32",
  double: "float64",
  string: "string",
  binary: "binary",
  datetime: "datetime",
} as const satisfies Record<ScalarType, DType>;

/** How JSON values become elements. One table is one coercion mode. */
export interface CastTable {
  /** Cells of `dataframe_split` and `dataframe_records` under a column signature: pandas' `astype`. */
  readonly cells: { readonly [T in ScalarType]: T extends "string" ? Cast<"object"> : Cast<(typeof COLUMN_DTYPES)[T]> };
  /** The same cells under a tensor signature: pandas' `astype` with a numpy dtype. */
  readonly tensorCells: { readonly [D in DType]: Cast<D> };
  /** Values of `inputs` and `instances`: `numpy.array(values, dtype)`. */
  readonly elements: { readonly [D in DType]: Cast<D> };
}
