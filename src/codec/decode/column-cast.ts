import type { DecodeLimits } from "../../core/decode-limits.js";
import type { JsonValue } from "../../core/json.js";
import type { Column, DType } from "../../core/tensor.js";
import { COLUMN_DTYPES, type ColumnSpec, type DataType, type ScalarType } from "../../format/signature.js";
import type { CastTable } from "./casts.js";
import type { CastColumn } from "./enforce-columns.js";
import { compileNested } from "./nested.js";
import { flattenList } from "./nested-list.js";
import { columnPlace, refuseCell, refuseElement } from "./place.js";

/** How the values of one column are cast, decided once per signature. */
export interface ColumnCast {
  readonly spec: ColumnSpec;
  /** What the column holds after its cast. */
  readonly dtype: DType;
  /** Cells of a table, one per row. */
  cells(cells: readonly JsonValue[], position: number): Column;
  /** A value of `inputs` or `instances`: a scalar, or a list with one value per row. */
  value(value: JsonValue, where: string): CastColumn;
  /** A value that must have the column's type as it is, without a cast; a list has one value per row. */
  exactly(value: JsonValue, where: string): CastColumn;
  readonly isNested: boolean;
}

export function compileColumn(spec: ColumnSpec, casts: CastTable, limits: DecodeLimits): ColumnCast {
  return spec.type.kind === "scalar"
    ? scalarColumn(spec, spec.type.type, casts, limits)
    : nestedColumn(spec, spec.type);
}

function scalarColumn(spec: ColumnSpec, type: ScalarType, casts: CastTable, limits: DecodeLimits): ColumnCast {
  const dtype = COLUMN_DTYPES[type];
  const check = compileNested({ kind: "scalar", type }, spec.required);
  function value(value: JsonValue, where: string): CastColumn {
    const list = flattenList(value, where, limits);
    const data = casts.elements[dtype](list.values, refuseElement(where, type, list));
    return { name: spec.name, rank: rankOf(list.shape, type), column: { dtype, data } as Column };
  }
  return {
    spec,
    dtype,
    isNested: false,
    value,
    exactly(given, where) {
      const items = Array.isArray(given) ? given : [given];
      for (const item of items) check(item, where);
      return value(given, where);
    },
    cells(cells, position) {
      const data = casts.cells[type](cells, refuseCell(columnPlace(spec.name, position), type, cells));
      return narrowStrings({ dtype: type === "string" ? "object" : dtype, data } as Column);
    },
  };
}

function nestedColumn(spec: ColumnSpec, type: DataType): ColumnCast {
  const check = compileNested(type, spec.required);
  const single = (value: JsonValue, where: string): CastColumn => ({
    name: spec.name,
    rank: 0,
    column: objects([check(value, where)]),
  });
  return {
    spec,
    dtype: "object",
    isNested: true,
    exactly: single,
    cells(cells, position) {
      const place = columnPlace(spec.name, position);
      return { dtype: "object", data: cells.map((cell, row) => check(cell, `${place}, row ${row}`)) };
    },
    value(value, where) {
      // In a map of columns, any other nested value stands for a single row; a list of `any` has a value for each.
      if (type.kind === "any" && Array.isArray(value))
        return { name: spec.name, rank: 1, column: objects(value.map((item) => check(item, where))) };
      // pandas makes no row of an empty map.
      if (type.kind === "map" && value instanceof Map && value.size === 0)
        return { name: spec.name, rank: 1, column: objects([]) };
      return single(value, where);
    },
  };
}

function objects(data: readonly unknown[]): Column {
  return { dtype: "object", data };
}

/** A text in a list of its own is that text: [["a"], ["b"]] is as good as ["a", "b"] for a string column. */
function rankOf(shape: readonly number[], type: ScalarType): number {
  return shape.length === 2 && shape[1] === 1 && type === "string" ? 1 : shape.length;
}

/** Only what holds nothing but strings is a string column: a cell may also be missing, or a number. */
function narrowStrings(column: Column): Column {
  if (column.dtype !== "object" || !column.data.every((cell) => typeof cell === "string")) return column;
  return { dtype: "string", data: column.data as readonly string[] };
}
