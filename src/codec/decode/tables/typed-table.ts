import type { JsonValue } from "../../../core/json.js";
import type { Column } from "../../../core/tensor.js";

/** A table whose columns have types of their own, as Parquet and Arrow have it. */
export interface TypedTable {
  readonly rows: number;
  readonly columns: readonly TypedColumn[];
}

export interface TypedColumn {
  readonly name: string;
  readonly values: ColumnValues;
}

export type ColumnValues =
  /** A value for each row, a missing one as pandas has it. */
  | { readonly kind: "scalars"; readonly column: Column }
  /** Lists of one shape, `inner`, laid out flat. */
  | { readonly kind: "lists"; readonly inner: readonly number[]; readonly items: Column }
  /** Lists of any shape, structs and maps, as JSON has them. */
  | { readonly kind: "cells"; readonly cells: readonly JsonValue[] }
  /** Values that no column of a signature takes: times of day, durations, zones. */
  | { readonly kind: "unsupported"; readonly type: string };

/** What a column holds, in the words of an error message. */
export function valuesKind(values: ColumnValues): string {
  switch (values.kind) {
    case "scalars":
      return `values of type ${values.column.dtype}`;
    case "lists":
      return `lists of ${values.inner.join(" x ")} values of type ${values.items.dtype}`;
    case "cells":
      return "lists or objects";
    case "unsupported":
      return `values of type ${values.type}`;
  }
}
