import type { DecodedArray, SchemaTree } from "hyparquet";
import { isListLike, isMapLike } from "hyparquet/src/schema.js";
import { formatDatetime } from "../../../core/datetime-text.js";
import { fromFloat16Bits } from "../../../core/float16.js";
import type { JsonValue } from "../../../core/json.js";
import type { DType } from "../../../core/tensor.js";
import { mismatch } from "../mismatch.js";
import { bytesCell, floatCell, integerCell } from "../tables/column-cells.js";
import type { ColumnValues } from "../tables/typed-table.js";
import { type LeafType, leafColumn, leafType } from "./leaf-types.js";

/** The values of a column of the schema, given as they are stored. */
export function columnValues(node: SchemaTree, stored: DecodedArray): ColumnValues {
  if (node.children.length === 0 && node.element.repetition_type !== "REPEATED")
    return leafColumn(leafType(node.element), stored);
  const item = itemOf(node);
  const lists = item !== undefined && item.children.length === 0 ? evenLists(item, stored) : undefined;
  return lists ?? { kind: "cells", cells: Array.from<unknown, JsonValue>(stored, compileCell(node)) };
}

/** Lists that all have the same number of items, none of them missing. */
function evenLists(item: SchemaTree, stored: DecodedArray): ColumnValues | undefined {
  const first: unknown = stored[0];
  if (!Array.isArray(first) || first.length === 0) return undefined;
  const items: (string | null)[] = [];
  for (const list of stored) {
    if (!Array.isArray(list) || list.length !== first.length) return undefined;
    for (const value of list) {
      if (value === null || value === undefined) return undefined;
      items.push(value);
    }
  }
  const values = leafColumn(leafType(item.element), items);
  return values.kind === "scalars" ? { kind: "lists", inner: [first.length], items: values.column } : values;
}

function itemOf(node: SchemaTree): SchemaTree | undefined {
  if (!isListLike(node)) return undefined;
  const repeated = node.children[0];
  return repeated?.children.length === 1 ? repeated.children[0] : repeated;
}

/** Compiles how a stored value becomes what JSON would have; hyparquet gives maps and structs as objects. */
function compileCell(node: SchemaTree): (stored: unknown) => JsonValue {
  const item = itemOf(node);
  if (item !== undefined) return listOf(compileCell(item));
  if (isMapLike(node)) return objectOf(() => compileCell(valueTypeOf(node)));
  if (node.children.length > 0) {
    const fields = new Map(node.children.map((child) => [child.element.name, compileCell(child)]));
    return objectOf((name) => fields.get(name));
  }
  const cell = leafCell(leafType(node.element));
  return node.element.repetition_type === "REPEATED" ? listOf(cell) : cell;
}

function valueTypeOf(node: SchemaTree): SchemaTree {
  const value = node.children[0]?.children[1];
  if (value === undefined) throw new RangeError("a map without values");
  return value;
}

function listOf(cell: (stored: unknown) => JsonValue): (stored: unknown) => JsonValue {
  return (stored) => (Array.isArray(stored) ? stored.map(cell) : null);
}

function objectOf(
  cellOf: (name: string) => ((stored: unknown) => JsonValue) | undefined,
): (stored: unknown) => JsonValue {
  return (stored) => {
    if (typeof stored !== "object" || stored === null) return null;
    return new Map(Object.entries(stored).map(([name, value]) => [name, cellOf(name)?.(value) ?? null]));
  };
}

function leafCell(type: LeafType): (stored: unknown) => JsonValue {
  if (type.kind === "nothing") return () => null;
  if (type.kind === "unsupported") throw mismatch(`values of type ${type.type} are not supported`);
  const { dtype, convert } = type;
  return (stored) => (stored === null || stored === undefined ? null : elementCell(dtype, convert(stored as never)));
}

function elementCell(dtype: DType, value: unknown): JsonValue {
  if (typeof value === "string") return value;
  if (value instanceof Uint8Array) return bytesCell(value);
  if (typeof value === "bigint") {
    if (dtype === "datetime") return formatDatetime(value);
    return integerCell(dtype === "uint64" ? BigInt.asUintN(64, value) : value);
  }
  const number = Number(value);
  if (dtype === "bool") return number !== 0;
  if (dtype === "float16") return floatCell(fromFloat16Bits(number));
  if (dtype === "float32" || dtype === "float64") return floatCell(number);
  return dtype === "uint32" ? number >>> 0 : number;
}
