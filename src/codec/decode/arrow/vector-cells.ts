import { type Data, DataType } from "apache-arrow";
import type { JsonValue } from "../../../core/json.js";
import { mismatch } from "../mismatch.js";
import type { TableBudget } from "../tables/budget.js";
import { scalarCells } from "../tables/column-cells.js";
import { dictionaryColumn } from "./dictionary.js";
import { leafElements } from "./elements.js";
import { missingRows } from "./validity.js";
import { isContainer, itemsOf, rangesOf, typeName } from "./vector-types.js";

/**
 * The values of a column as JSON has them: lists, structs and maps, and null for what is missing.
 *
 * Throws `schema_mismatch` for types that JSON has no word for, and RangeErrors.
 */
export function vectorCells(data: Data, budget: TableBudget): JsonValue[] {
  const isMissing = missingRows(data);
  const cells = isContainer(data.type) ? containerCells(data, budget) : leafCells(data, budget);
  return isMissing === undefined ? cells : cells.map((cell, row) => (isMissing(row) ? null : cell));
}

function leafCells(data: Data, budget: TableBudget): JsonValue[] {
  const column = DataType.isDictionary(data.type) ? dictionaryColumn(data, budget) : leafElements(data, budget);
  if (column === undefined) throw mismatch(`values of type ${typeName(data.type)} are not supported`);
  return scalarCells(column);
}

function containerCells(data: Data, budget: TableBudget): JsonValue[] {
  // apache-arrow makes up a batch for a stream that has none, and leaves its lists without items.
  if (data.length === 0) return [];
  if (DataType.isStruct(data.type)) return structCells(data, data.type.children, budget);
  const items = vectorCells(itemsOf(data), budget);
  const ranges = rangesOf(data);
  const lists = Array.from({ length: data.length }, (_, row) => items.slice(ranges.start(row), ranges.end(row)));
  return DataType.isMap(data.type) ? lists.map(toMap) : lists;
}

function structCells(data: Data, fields: readonly { readonly name: string }[], budget: TableBudget): JsonValue[] {
  const columns = data.children.map((child) => vectorCells(child, budget));
  if (columns.some((cells) => cells.length < data.length)) throw new RangeError("a field of a struct is too short");
  const named = (row: number) => fields.map(({ name }, i) => [name, columns[i]?.[row] ?? null] as const);
  return Array.from({ length: data.length }, (_, row) => new Map(named(row)));
}

/** The entries of a map are structs of a key and a value. */
function toMap(entries: readonly JsonValue[]): JsonValue {
  const pairs = entries.flatMap((entry) => (entry instanceof Map ? [[...entry.values()]] : []));
  return new Map(pairs.map(([key, value]) => [String(key), value ?? null]));
}
