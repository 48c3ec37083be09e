import { describe, expect, it } from "vitest";
import { joinTables } from "../../../../src/codec/decode/tables/join-tables.js";
import type { ColumnValues, TypedTable } from "../../../../src/codec/decode/tables/typed-table.js";
import type { Column } from "../../../../src/core/tensor.js";

function part(values: ColumnValues, rows: number): TypedTable {
  return { rows, columns: [{ name: "x", values }] };
}

function scalars(column: Column): TypedTable {
  return part({ kind: "scalars", column }, column.data.length);
}

function lists(size: number, ...items: number[]): TypedTable {
  return part(
    { kind: "lists", inner: [size], items: { dtype: "int8", data: Int8Array.from(items) } },
    items.length / size,
  );
}

const empty = scalars({ dtype: "float64", data: new Float64Array() });
const integers = scalars({ dtype: "int64", data: BigInt64Array.of(1n, 2n) });

describe("joinTables", () => {
  it.each<{ name: string; parts: TypedTable[]; expected: ColumnValues }>([
    {
      name: "parts of one type",
      parts: [integers, empty, integers],
      expected: { kind: "scalars", column: { dtype: "int64", data: BigInt64Array.of(1n, 2n, 1n, 2n) } },
    },
    {
      name: "integers and a part with a missing one",
      parts: [integers, scalars({ dtype: "float64", data: Float64Array.of(Number.NaN) })],
      expected: { kind: "scalars", column: { dtype: "float64", data: Float64Array.of(1, 2, Number.NaN) } },
    },
    {
      name: "booleans and a part with a missing one",
      parts: [scalars({ dtype: "bool", data: Uint8Array.of(1, 0) }), scalars({ dtype: "object", data: [null] })],
      expected: { kind: "scalars", column: { dtype: "object", data: [true, false, null] } },
    },
    {
      name: "texts and a part with a missing one",
      parts: [scalars({ dtype: "string", data: ["a"] }), scalars({ dtype: "object", data: [null] })],
      expected: { kind: "scalars", column: { dtype: "object", data: ["a", null] } },
    },
    {
      name: "lists of one length",
      parts: [lists(2, 1, 2), lists(2, 3, 4)],
      expected: { kind: "lists", inner: [2], items: { dtype: "int8", data: Int8Array.of(1, 2, 3, 4) } },
    },
    {
      name: "lists of two lengths",
      parts: [lists(2, 1, 2), lists(1, 3)],
      expected: { kind: "cells", cells: [[1, 2], [3]] },
    },
    {
      name: "a type that is not supported",
      parts: [integers, part({ kind: "unsupported", type: "time" }, 1)],
      expected: { kind: "unsupported", type: "time" },
    },
    {
      name: "parts of no rows",
      parts: [empty, empty],
      expected: { kind: "scalars", column: { dtype: "float64", data: new Float64Array() } },
    },
  ])("puts below each other $name", ({ parts, expected }) => {
    const joined = joinTables(parts);
    expect(joined.columns).toEqual([{ name: "x", values: expected }]);
    expect(joined.rows).toBe(parts.reduce((sum, { rows }) => sum + rows, 0));
  });

  it("gives a table of nothing for no parts", () => {
    expect(joinTables([])).toEqual({ rows: 0, columns: [] });
  });
});
