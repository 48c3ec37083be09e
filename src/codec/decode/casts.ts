import type { JsonValue } from "../../core/json.js";
import type { DataByDType, DType } from "../../core/tensor.js";
import type { COLUMN_DTYPES, ScalarType } from "../../format/signature.js";

/** Called with the index of a value that cannot be cast; throws. */
export type Refuse = (index: number, reason?: string) => never;

/** Casts a list of JSON values to one element type. */
export type Cast<D extends DType> = (values: readonly JsonValue[], refuse: Refuse) => DataByDType[D];

/** How JSON values become elements. One table is one coercion mode. */
export interface CastTable {
  /** Cells of `dataframe_split` and `dataframe_records` under a column signature: pandas' `astype`. */
  readonly cells: { readonly [T in ScalarType]: T extends "string" ? Cast<"object"> : Cast<(typeof COLUMN_DTYPES)[T]> };
  /** The same cells under a tensor signature: pandas' `astype` with a numpy dtype. */
  readonly tensorCells: { readonly [D in DType]: Cast<D> };
  /** Values of `inputs` and `instances`: `numpy.array(values, dtype)`. */
  readonly elements: { readonly [D in DType]: Cast<D> };
}
