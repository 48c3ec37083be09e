import { formatDatetime } from "../../../core/datetime-text.js";
import { fromFloat16Bits } from "../../../core/float16.js";
import { JsonFloat, type JsonValue } from "../../../core/json.js";
import { type Column, NOT_A_TIME } from "../../../core/tensor.js";
import type { ColumnValues } from "./typed-table.js";

/** The values of a column as JSON would have them, one for each row. */
export function toCells(values: ColumnValues): readonly JsonValue[] {
  switch (values.kind) {
    case "scalars":
      return scalarCells(values.column);
    case "lists":
      return listCells(scalarCells(values.items), values.inner);
    case "cells":
      return values.cells;
    case "unsupported":
      throw new Error(`no cells of type ${values.type}`);
  }
}

/** The elements of a column: integers beyond 2^53 as bigint, floats as floats, datetimes and bytes as text. */
export function scalarCells(column: Column): JsonValue[] {
  switch (column.dtype) {
    case "bool":
      return Array.from(column.data, (bit) => bit !== 0);
    case "float16":
      return Array.from(column.data, (bits) => floatCell(fromFloat16Bits(bits)));
    case "float32":
    case "float64":
      return Array.from(column.data, floatCell);
    case "int64":
    case "uint64":
      return Array.from(column.data, integerCell);
    case "datetime":
      return Array.from(column.data, (value) => (value === NOT_A_TIME ? null : formatDatetime(value)));
    case "binary":
      return column.data.map(bytesCell);
    case "object":
      return column.data.map(objectCell);
    default:
      return Array.from<JsonValue>(column.data);
  }
}

/** A whole number that is a float stays one. */
export function floatCell(value: number): JsonValue {
  return Number.isInteger(value) ? new JsonFloat(value) : value;
}

export function integerCell(value: bigint): JsonValue {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

export function bytesCell(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
}

/** In columns of objects there are texts, bytes, booleans, integers and null, no more. */
function objectCell(value: unknown): JsonValue {
  if (value instanceof Uint8Array) return bytesCell(value);
  if (typeof value === "bigint") return integerCell(value);
  return typeof value === "string" || typeof value === "boolean" || typeof value === "number" ? value : null;
}

function listCells(items: readonly JsonValue[], inner: readonly number[]): JsonValue[] {
  const [size = 1, ...rest] = inner.toReversed();
  const lists: JsonValue[] = [];
  for (let start = 0; start < items.length; start += size) lists.push(items.slice(start, start + size));
  return rest.length === 0 ? lists : listCells(lists, rest.reverse());
}
