import { type Column, type DType, isTypedDType, TYPED_ARRAYS } from "../../../core/tensor.js";
import { widenColumn } from "../widen-column.js";
import { toCells } from "./column-cells.js";
import type { ColumnValues, TypedTable } from "./typed-table.js";

/**
 * Puts parts of one table below each other: the row groups of a file, the batches of a stream.
 *
 * Parts without missing values may have other types than parts with them: then the column has the type that pandas
 * would give the whole.
 */
export function joinTables(parts: readonly TypedTable[]): TypedTable {
  const filled = parts.filter(({ rows }) => rows > 0);
  const [first, ...rest] = filled.length > 0 ? filled : parts;
  if (first === undefined) return { rows: 0, columns: [] };
  if (rest.length === 0 || filled.length === 0) return first;
  return {
    rows: filled.reduce((sum, { rows }) => sum + rows, 0),
    columns: first.columns.map(({ name }, i) => ({
      name,
      values: joinValues(filled.flatMap(({ columns }) => columns[i]?.values ?? [])),
    })),
  };
}

function joinValues(parts: readonly ColumnValues[]): ColumnValues {
  const unsupported = parts.find(({ kind }) => kind === "unsupported");
  if (unsupported !== undefined) return unsupported;
  const scalars = parts.flatMap((part) => (part.kind === "scalars" ? [part.column] : []));
  if (scalars.length === parts.length) return { kind: "scalars", column: joinColumns(scalars) };
  return joinLists(parts) ?? { kind: "cells", cells: parts.flatMap(toCells) };
}

function joinLists(parts: readonly ColumnValues[]): ColumnValues | undefined {
  const lists = parts.flatMap((part) => (part.kind === "lists" ? [part] : []));
  const [first] = lists;
  const shape = first?.inner.join();
  const even =
    lists.length === parts.length &&
    lists.every(({ inner, items }) => inner.join() === shape && items.dtype === first?.items.dtype);
  return even && first !== undefined
    ? { kind: "lists", inner: first.inner, items: joinColumns(lists.map(({ items }) => items)) }
    : undefined;
}

function joinColumns(columns: readonly Column[]): Column {
  const dtype = commonDType(columns.map((column) => column.dtype));
  const parts = columns.map((column) => toDType(column, dtype));
  if (!isTypedDType(dtype)) return { dtype, data: parts.flatMap((data) => data as readonly unknown[]) } as Column;
  const Class = TYPED_ARRAYS[dtype] as new (length: number) => { set(part: unknown, start: number): void };
  const data = new Class(parts.reduce<number>((sum, part) => sum + part.length, 0));
  let start = 0;
  for (const part of parts) {
    data.set(part, start);
    start += part.length;
  }
  return { dtype, data } as Column;
}

/** Missing values make floats of integers, and objects of booleans, texts and bytes. */
function commonDType(dtypes: readonly DType[]): DType {
  const [first = "object"] = dtypes;
  if (dtypes.every((dtype) => dtype === first)) return first;
  return dtypes.includes("object") ? "object" : "float64";
}

function toDType(column: Column, dtype: DType): Column["data"] {
  if (column.dtype === dtype) return column.data;
  if (dtype !== "object") return widenColumn(column, dtype).data;
  return column.dtype === "bool" ? Array.from(column.data, Boolean) : Array.from<unknown>(column.data);
}
