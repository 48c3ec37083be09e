import { COERCIONS } from "../../src/codec/decode/coercion.js";
import { compileTableDecoder } from "../../src/codec/decode/tables/decode-table.js";
import type { ColumnValues, TypedTable } from "../../src/codec/decode/tables/typed-table.js";
import type { Batch } from "../../src/core/batch.js";
import type { Column } from "../../src/core/tensor.js";
import { parseSignature, type Schema } from "../../src/format/signature.js";

/** The inputs of a signature of columns. */
export function columns(...specs: readonly object[]): Schema | undefined {
  return parseSignature({ inputs: JSON.stringify(specs) }).inputs;
}

/** The inputs of a signature of tensors. */
export function tensors(
  ...specs: readonly { name?: string; dtype: string; shape: readonly number[] }[]
): Schema | undefined {
  return columns(...specs.map(({ name, ...spec }) => ({ type: "tensor", name, "tensor-spec": spec })));
}

/** A value for each row. */
export function scalars(column: Column): ColumnValues {
  return { kind: "scalars", column };
}

/** A typed table of two rows, where nothing else is said. */
export function table(values: Readonly<Record<string, ColumnValues>>, rows = 2): TypedTable {
  return { rows, columns: Object.entries(values).map(([name, of]) => ({ name, values: of })) };
}

/** In mode `safe`. */
export function decode(inputs: Schema | undefined, given: TypedTable): Batch {
  return compileTableDecoder(inputs, COERCIONS.safe.casts).decode(given);
}

/** Name to column or tensor. */
export function parts(batch: Batch): object {
  if (batch.kind === "value") throw new Error("expected columns or tensors");
  return Object.fromEntries<unknown>(batch.kind === "columns" ? batch.columns : batch.tensors);
}
