import type { ColumnsBatch } from "../../core/batch.js";
import { quoteName } from "../../core/errors.js";
import type { Column, DType } from "../../core/tensor.js";
import type { ScalarType } from "../../format/signature.js";
import type { ColumnCast } from "./column-cast.js";
import { groupByName } from "./group-by-name.js";
import { mismatch } from "./mismatch.js";
import { columnPlace } from "./place.js";
import { widenColumn } from "./widen-column.js";

/** A column after its cast. */
export interface CastColumn {
  /** undefined for one that goes by its position. */
  readonly name: string | undefined;
  /** Dimensions of the values: 0 for a scalar, which stands for every row; 1 for a value per row; more for lists. */
  readonly rank: number;
  readonly column: Column;
}

/**
 * Checks cast columns against the signature and puts them in its order: none missing, none twice, all of one length
 * and of the right type. Where no column is left, there are no rows either, as in pandas.
 *
 * Throws `schema_mismatch`.
 */
export function enforceColumns(wanted: readonly ColumnCast[], cast: readonly CastColumn[]): ColumnsBatch {
  const matches = wanted[0]?.spec.name === undefined ? matchByPosition(wanted, cast) : matchByName(wanted, cast);
  const count = commonLength(matches) ?? (matches.length > 0 ? 1 : 0);
  const columns = new Map(
    matches.map(({ want, found, place }, i) => [
      found.name ?? String(i),
      enforceType(want, broadcast(found, count), place),
    ]),
  );
  return { kind: "columns", rows: count, columns };
}

interface Match {
  readonly want: ColumnCast;
  readonly found: CastColumn;
  readonly place: string;
}

function matchByName(wanted: readonly ColumnCast[], cast: readonly CastColumn[]): Match[] {
  const named = groupByName(cast);
  const missing = wanted.filter(({ spec }) => spec.required && named(spec.name).length === 0);
  if (missing.length > 0) {
    const names = missing.map(({ spec }) => quoteName(spec.name ?? "")).join(", ");
    throw mismatch(
      `missing ${missing.length === 1 ? "column" : "columns"} ${names}`,
      undefined,
      "The signature requires every one of them",
    );
  }
  return wanted.flatMap((want, i) => {
    const place = columnPlace(want.spec.name, i);
    const [found, second] = named(want.spec.name);
    if (second !== undefined) throw mismatch("the column stands twice in the request", place);
    return found === undefined ? [] : [{ want, found, place }];
  });
}

function matchByPosition(wanted: readonly ColumnCast[], cast: readonly CastColumn[]): Match[] {
  if (cast.length < wanted.length) throw mismatch(`expected ${wanted.length} columns, got ${cast.length}`);
  const used = cast.slice(0, wanted.length);
  const named = groupByName(used);
  const repeated = used.findIndex((column) => column.name !== undefined && named(column.name)[0] !== column);
  if (repeated >= 0) throw mismatch("the column has the name of an earlier one", columnPlace(undefined, repeated));
  return wanted.flatMap((want, i) =>
    cast[i] === undefined ? [] : [{ want, found: cast[i], place: columnPlace(undefined, i) }],
  );
}

function commonLength(matches: readonly Match[]): number | undefined {
  const lists = matches.filter(({ found }) => found.rank > 0);
  const [first] = lists;
  if (first === undefined) return undefined;
  const deep = lists.find(({ found }) => found.rank > 1);
  if (deep !== undefined) throw mismatch("expected one value for each row, got lists", deep.place);
  const length = first.found.column.data.length;
  const other = lists.find(({ found }) => found.column.data.length !== length);
  if (other === undefined) return length;
  throw mismatch(
    `expected ${length} values as in the column before, got ${other.found.column.data.length}`,
    other.place,
  );
}

/** A scalar beside lists stands for each row, as in pandas. */
function broadcast({ rank, column }: CastColumn, rows: number): Column {
  if (rank > 0 || rows === 1) return column;
  const data = column.data;
  if (Array.isArray(data)) return { dtype: column.dtype, data: new Array(rows).fill(data[0]) } as Column;
  // What is no list is a typed array, and its class makes the longer one.
  const Class = data.constructor as new (length: number) => { fill(value: unknown): unknown };
  return { dtype: column.dtype, data: new Class(rows).fill(data[0]) } as Column;
}

/** Conversions that lose nothing, as MLflow allows them after the cast: wider within a kind, small integers to double. */
const WIDENING = {
  boolean: [],
  integer: ["int8", "int16", "uint8", "uint16"],
  long: ["int8", "int16", "int32", "uint8", "uint16", "uint32"],
  float: ["float16"],
  double: ["float16", "float32", "int8", "int16", "int32", "uint8", "uint16", "uint32"],
  string: ["object"],
  binary: ["object", "string"],
  datetime: [],
} as const satisfies Record<ScalarType, readonly DType[]>;

function enforceType({ spec, dtype }: ColumnCast, column: Column, place: string): Column {
  if (column.dtype === dtype || spec.type.kind !== "scalar") return column;
  const widening: readonly DType[] = WIDENING[spec.type.type];
  const exact =
    (column.dtype === "int64" && isFloat(dtype) && column.data.every(isExact[dtype])) ||
    (column.dtype === "object" && dtype === "bool" && column.data.every(isBooleanOrNull));
  if (!widening.includes(column.dtype) && !exact)
    throw mismatch(`expected ${spec.type.type}, got values of type ${column.dtype}`, place);
  return widenColumn(column, dtype);
}

function isFloat(dtype: DType): dtype is "float32" | "float64" {
  return dtype === "float32" || dtype === "float64";
}

/** MLflow lets 0 and 1 through only, by which a model that is sent whole numbers would sometimes fail. */
const isExact = {
  float32: (value: bigint) => value >= -(2n ** 24n) && value <= 2n ** 24n,
  float64: (value: bigint) => value >= -(2n ** 53n) && value <= 2n ** 53n,
} as const;

/** What Parquet and Arrow have of booleans with a missing one. */
function isBooleanOrNull(value: unknown): boolean {
  return typeof value === "boolean" || value === null;
}
