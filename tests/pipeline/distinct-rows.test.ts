import { describe, expect, it } from "vitest";
import type { Batch } from "../../src/core/batch.js";
import type { Column } from "../../src/core/tensor.js";
import { threeDifferentRows } from "../../src/pipeline/distinct-rows.js";

function table(...columns: readonly Column[]): Batch {
  return {
    kind: "columns",
    rows: columns[0]?.data.length ?? 0,
    columns: new Map(columns.map((column, i) => [`c${i}`, column])),
  };
}

/** The values of the first column in each of the rows. */
function firstValues(batch: Batch): unknown[] | undefined {
  return threeDifferentRows(batch)?.map((row) => (row.kind === "columns" ? row.columns.get("c0")?.data[0] : undefined));
}

describe("three different rows", () => {
  it("are the first of a batch, where they differ", () => {
    expect(firstValues(table({ dtype: "string", data: ["a", "b", "c", "d"] }))).toEqual(["a", "b", "c"]);
  });

  it.each<{ column: Column; values: unknown[] }>([
    { column: { dtype: "float64", data: Float64Array.of(4) }, values: [4, 3, 2] },
    { column: { dtype: "float32", data: Float32Array.of(0) }, values: [0, 0.25, 0.5] },
    { column: { dtype: "float16", data: Uint16Array.of(0x4000) }, values: [0x4000, 0x3f00, 0x3e00] },
    { column: { dtype: "int32", data: Int32Array.of(9) }, values: [9, 8, 7] },
    { column: { dtype: "int8", data: Int8Array.of(-5) }, values: [-5, -4, -3] },
    { column: { dtype: "int64", data: BigInt64Array.of(3n) }, values: [3n, 2n, 1n] },
    { column: { dtype: "int64", data: BigInt64Array.of(8n, 5n) }, values: [8n, 4n, 6n] },
  ])("are made of $column.dtype", ({ column, values }) => {
    expect(firstValues(table(column))).toEqual(values);
  });

  it("need not differ in every column", () => {
    const text: Column = { dtype: "string", data: ["a"] };
    const flag: Column = { dtype: "bool", data: Uint8Array.of(1) };
    expect(firstValues(table(text, flag, { dtype: "uint8", data: Uint8Array.of(200) }))).toEqual(["a", "a", "a"]);
  });

  it.each([
    { name: "texts", batch: table({ dtype: "string", data: ["a", "b"] }) },
    { name: "flags alone", batch: table({ dtype: "bool", data: Uint8Array.of(0) }) },
    { name: "a count of one", batch: table({ dtype: "int32", data: Int32Array.of(1) }) },
    { name: "no rows", batch: table({ dtype: "float64", data: new Float64Array() }) },
    { name: "a value", batch: { kind: "value", value: 3 } as Batch },
  ])("are not to be had of $name", ({ batch }) => {
    expect(threeDifferentRows(batch)).toBeUndefined();
  });
});
