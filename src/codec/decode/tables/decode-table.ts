import type { Batch, ColumnsBatch } from "../../../core/batch.js";
import { type DecodeLimits, OWN_DATA_LIMITS } from "../../../core/decode-limits.js";
import { MlserveError } from "../../../core/errors.js";
import type { Column } from "../../../core/tensor.js";
import type { ColumnsSchema, Schema } from "../../../format/signature.js";
import type { CastTable } from "../casts.js";
import { type ColumnCast, compileColumn } from "../column-cast.js";
import { type CastColumn, enforceColumns } from "../enforce-columns.js";
import { groupByName } from "../group-by-name.js";
import { mismatch } from "../mismatch.js";
import { columnPlace } from "../place.js";
import { adaptColumn } from "./adapt-column.js";
import { toCells } from "./column-cells.js";
import { compileTensorTables } from "./tensor-tables.js";
import { type TypedColumn, type TypedTable, valuesKind } from "./typed-table.js";

/** Turns typed tables into batches. */
export interface TableDecoder {
  /** The names of the columns that are looked at; undefined for all. */
  readonly wanted: ReadonlySet<string> | undefined;
  decode(table: TypedTable): Batch;
}

/**
 * Compiles what a signature makes of tables that have types of their own, as MLflow does of a `DataFrame`: columns
 * keep their type or get a wider one and are never cast; under tensors they are cast as in `dataframe_split`.
 */
export function compileTableDecoder(
  inputs: Schema | undefined,
  casts: CastTable,
  limits: DecodeLimits = OWN_DATA_LIMITS,
): TableDecoder {
  if (inputs === undefined) return { wanted: undefined, decode: asTheyAre };
  const names =
    inputs.kind === "columns" ? inputs.columns.map(({ name }) => name) : inputs.tensors.map(({ name }) => name);
  const wanted = new Set(names.filter((name) => name !== undefined));
  const decode =
    inputs.kind === "columns" ? compileColumnTables(inputs, casts, limits) : compileTensorTables(inputs, casts, limits);
  return { wanted: wanted.size === 0 ? undefined : wanted, decode };
}

function asTheyAre({ rows, columns }: TypedTable): ColumnsBatch {
  const named = new Map(columns.map((column, i) => [column.name, toColumn(column, columnPlace(undefined, i))]));
  if (named.size < columns.length) throw new MlserveError("invalid_body", "a column stands twice in the request");
  return { kind: "columns", rows, columns: named };
}

function toColumn({ values }: TypedColumn, place: string): Column {
  if (values.kind === "scalars") return values.column;
  if (values.kind === "unsupported") throw mismatch(`${valuesKind(values)} are not supported`, place);
  return { dtype: "object", data: toCells(values) };
}

function compileColumnTables(
  schema: ColumnsSchema,
  casts: CastTable,
  limits: DecodeLimits,
): (table: TypedTable) => ColumnsBatch {
  const columns = schema.columns.map((spec) => compileColumn(spec, casts, limits));
  const named = schema.columns[0]?.name !== undefined;
  return (table) => {
    const ofName = groupByName(table.columns);
    const found = columns.flatMap((cast, i) => {
      const mine = named ? ofName(cast.spec.name) : table.columns.slice(i, i + 1);
      return mine.map((column) => toCastColumn(cast, column, i));
    });
    return enforceColumns(columns, found);
  };
}

function toCastColumn(cast: ColumnCast, { name, values }: TypedColumn, position: number): CastColumn {
  const isNested = cast.isNested && values.kind !== "unsupported";
  if (isNested) return { name, rank: 1, column: cast.cells(toCells(values), position) };
  const { type } = cast.spec;
  if (values.kind === "scalars" && type.kind === "scalar")
    return { name, rank: 1, column: adaptColumn(values.column, type.type) };
  const expected = type.kind === "scalar" ? type.type : type.kind;
  throw mismatch(`expected ${expected}, got ${valuesKind(values)}`, columnPlace(cast.spec.name, position));
}
