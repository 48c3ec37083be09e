import type { Batch } from "../../core/batch.js";
import { MlserveError, quoteName } from "../../core/errors.js";
import type { Column, DType } from "../../core/tensor.js";
import type { ColumnSpec, ColumnsSchema, DataType, ScalarType } from "../../format/signature.js";

const SCALARS: Partial<Record<DType, ScalarType>> = {
  bool: "boolean",
  int64: "long",
  float64: "double",
  string: "string",
};

/**
 * The columns that the first rows of a file seem to have, for a model without a signature: the whole file is then read
 * with these types, whatever later rows look like.
 *
 * A column of anything goes through as it is where `nested` values can be, and throws `schema_mismatch` elsewhere.
 */
export function pinColumns(batch: Batch, { nested }: { nested: boolean }): ColumnsSchema {
  if (batch.kind !== "columns") throw new Error("rows without a signature make a table");
  return {
    kind: "columns",
    columns: Array.from(batch.columns, ([name, column]): ColumnSpec => {
      const type = typeOf(column) ?? (nested ? ({ kind: "any" } as const) : undefined);
      if (type !== undefined) return { name, type, required: false };
      throw new MlserveError("schema_mismatch", "the first rows do not tell its type", {
        where: `column ${quoteName(name)}`,
        hint: "Save the model with a signature",
      });
    }),
  };
}

function typeOf(column: Column): DataType | undefined {
  const isText = column.dtype === "object" && column.data.every((cell) => cell === null || typeof cell === "string");
  const hasText = isText && column.data.some((cell) => cell !== null);
  const type = hasText ? "string" : SCALARS[column.dtype];
  return type === undefined ? undefined : { kind: "scalar", type };
}

/** Decodes the longest part of some rows that can be decoded, by halves; undefined where none can. */
export function decodeSomeRows(
  decode: (start: number, end: number) => Batch,
  start: number,
  end: number,
): Batch | undefined {
  if (start >= end) return undefined;
  try {
    return decode(start, end);
  } catch (error) {
    if (!(error instanceof MlserveError)) throw error;
    if (end - start === 1) return undefined;
    const middle = (start + end) >> 1;
    return decodeSomeRows(decode, start, middle) ?? decodeSomeRows(decode, middle, end);
  }
}
