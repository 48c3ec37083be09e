import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { TypedColumn, TypedTable } from "../../src/codec/decode/tables/typed-table.js";
import { JsonFloat, type JsonValue } from "../../src/core/json.js";
import { type Column, NOT_A_TIME } from "../../src/core/tensor.js";

/** A column of a file under tests/fixtures/tables, as make.py says mlserve is to read it. */
export interface RecordedColumn {
  readonly name: string;
  /** The element type, or `cells` or `unsupported`. */
  readonly dtype: string;
  readonly values: readonly unknown[];
  /** The shape of each row's list. */
  readonly inner?: readonly number[];
  readonly repeat?: number;
}

export interface RecordedTable {
  readonly name: string;
  readonly base64: string;
  readonly columns: readonly RecordedColumn[];
}

export function recordedTables(file: "parquet.json" | "arrow.json"): RecordedTable[] {
  return JSON.parse(readFileSync(join(import.meta.dirname, "../fixtures/tables", file), "utf8"));
}

/** What was recorded, with its repetitions written out. */
export function expectedColumns({ columns }: RecordedTable): RecordedColumn[] {
  return columns.map(({ repeat = 1, values, ...column }) => ({
    ...column,
    values: Array.from({ length: repeat }, () => values).flat(),
  }));
}

/** A table in the words of the recordings. */
export function toldColumns({ columns }: TypedTable): RecordedColumn[] {
  return columns.map(toldColumn);
}

function toldColumn({ name, values }: TypedColumn): RecordedColumn {
  switch (values.kind) {
    case "scalars":
      return { name, ...toldElements(values.column) };
    case "lists":
      return { name, ...toldElements(values.items), inner: values.inner };
    case "cells":
      return { name, dtype: "cells", values: values.cells.map(toldCell) };
    case "unsupported":
      return { name, dtype: "unsupported", values: [] };
  }
}

function toldElements({ dtype, data }: Column): { dtype: string; values: unknown[] } {
  return {
    dtype,
    values: Array.from<unknown, unknown>(data, (value) =>
      value === NOT_A_TIME && dtype === "datetime" ? null : toldElement(value),
    ),
  };
}

function toldElement(value: unknown): unknown {
  if (typeof value === "bigint") return String(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  return Number.isNaN(value) ? null : value;
}

/** Integers are texts in the recordings, and floats numbers. */
function toldCell(value: JsonValue): unknown {
  if (value instanceof JsonFloat) return value.value;
  if (Array.isArray(value)) return value.map(toldCell);
  if (value instanceof Map) return Object.fromEntries(Array.from(value, ([key, item]) => [key, toldCell(item)]));
  return typeof value === "bigint" || Number.isInteger(value) ? String(value) : value;
}
