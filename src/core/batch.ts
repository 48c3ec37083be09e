import type { Column, Tensor } from "./tensor.js";

/** The key of the only tensor of a batch whose signature gives it no name. */
export const UNNAMED = "";

/** What every flavor takes and returns. */
export type Batch = ColumnsBatch | TensorsBatch | ValueBatch;

/** A table: every column has `rows` values; the map keeps the order of the signature. */
export interface ColumnsBatch {
  readonly kind: "columns";
  readonly rows: number;
  readonly columns: ReadonlyMap<string, Column>;
}

/** Named tensors, or one tensor under {@link UNNAMED}. */
export interface TensorsBatch {
  readonly kind: "tensors";
  readonly tensors: ReadonlyMap<string, Tensor>;
}

/** A JSON value as it is, for flavors that take or return anything. */
export interface ValueBatch {
  readonly kind: "value";
  readonly value: unknown;
}

/** The values of a call's `params`, defaults filled in. */
export type Params = ReadonlyMap<string, unknown>;

/**
 * How a request spelled its data: MLflow shapes its answer by it.
 *
 * @useDeclaredType
 */
export type BodyForm = "dataframe_split" | "dataframe_records" | "inputs" | "instances" | "unwrapped";

/** A key under which a request's body has its data. */
export type WrappedForm = Exclude<BodyForm, "unwrapped">;

export const WRAPPED_FORMS = [
  "dataframe_split",
  "dataframe_records",
  "inputs",
  "instances",
] as const satisfies readonly WrappedForm[];

/** One decoded request. */
export interface Call {
  /** How the request spelled its data. */
  readonly form: BodyForm;
  /** The data, of the types that the signature says. */
  readonly batch: Batch;
  /** The request's `params`, defaults filled in. */
  readonly params: Params;
}

/** The rows of a batch: of a table, or of the first dimension that all tensors share; undefined where there is none. */
export function rowCount(batch: Batch): number | undefined {
  if (batch.kind === "columns") return batch.rows;
  if (batch.kind === "value") return undefined;
  let rows: number | undefined;
  for (const { shape } of batch.tensors.values()) {
    const first = shape[0];
    if (first === undefined || (rows !== undefined && rows !== first)) return undefined;
    rows = first;
  }
  return rows;
}
