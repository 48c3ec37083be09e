import { describe, expect, it } from "vitest";
import type { ColumnValues } from "../../../../src/codec/decode/tables/typed-table.js";
import type { Column } from "../../../../src/core/tensor.js";
import { decode, parts, scalars, table, tensors } from "../../../support/typed-tables.js";

const ints = scalars({ dtype: "int64", data: BigInt64Array.of(1n, 2n) });
const floats = scalars({ dtype: "float64", data: Float64Array.of(1.5, Number.NaN) });
const zoned: ColumnValues = { kind: "unsupported", type: "timestamp with a zone" };
const pairs: ColumnValues = {
  kind: "lists",
  inner: [2],
  items: { dtype: "float32", data: Float32Array.of(1, 2, 3, 4) },
};

describe("a typed table under tensors", () => {
  it("is the tensor's own memory where the type is the same", () => {
    const batch = decode(tensors({ name: "x", dtype: "float32", shape: [-1, 2] }), table({ x: pairs }));
    const found = batch.kind === "tensors" ? batch.tensors.get("x") : undefined;
    expect(found).toMatchObject({ dtype: "float32", shape: [2, 2] });
    expect(found?.data).toBe(pairs.kind === "lists" ? pairs.items.data : undefined);
  });

  it("lays columns side by side for a tensor without a name", () => {
    const inputs = tensors({ dtype: "float64", shape: [-1, 2] });
    expect(parts(decode(inputs, table({ a: floats, b: floats })))).toEqual({
      "": { dtype: "float64", shape: [2, 2], data: Float64Array.of(1.5, 1.5, Number.NaN, Number.NaN) },
    });
    // Of several types they are cast, as in dataframe_split.
    expect(parts(decode(inputs, table({ a: floats, b: ints })))).toEqual({
      "": { dtype: "float64", shape: [2, 2], data: Float64Array.of(1.5, 1, Number.NaN, 2) },
    });
  });

  it("gives lists the shape of the signature", () => {
    const items: Column = { dtype: "int32", data: Int32Array.of(1, 2, 3, 4, 5, 6, 7, 8) };
    const cube = tensors({ name: "x", dtype: "int32", shape: [-1, 2, 2] });
    for (const inner of [[4], [2, 2], [1, 4]]) {
      expect(parts(decode(cube, table({ x: { kind: "lists", inner, items } })))).toEqual({
        x: { ...items, shape: [2, 2, 2] },
      });
    }
  });

  it("casts what has another type, as in dataframe_split", () => {
    const inputs = tensors({ name: "x", dtype: "float32", shape: [-1] });
    expect(parts(decode(inputs, table({ x: ints })))).toEqual({
      x: { dtype: "float32", shape: [2], data: Float32Array.of(1, 2) },
    });
  });

  it.each([
    {
      name: "a fraction for integers",
      inputs: tensors({ name: "x", dtype: "int64", shape: [-1] }),
      given: table({ x: floats }),
      message: 'column "x", row 0',
    },
    {
      name: "lists of another size",
      inputs: tensors({ name: "x", dtype: "float32", shape: [-1, 3] }),
      given: table({ x: pairs }),
      message: "expected 3 values, got 2",
    },
    {
      name: "a zone",
      inputs: tensors({ name: "x", dtype: "datetime64[ns]", shape: [-1] }),
      given: table({ x: zoned }),
      message: "timestamp with a zone",
    },
    {
      name: "a missing tensor",
      inputs: tensors({ name: "x", dtype: "float32", shape: [-1] }),
      given: table({ y: zoned }),
      message: 'missing tensor "x"',
    },
    {
      name: "another number of columns",
      inputs: tensors({ dtype: "float64", shape: [-1, 3] }),
      given: table({ a: floats, b: floats }),
      message: "got a table of 2 columns",
    },
    {
      name: "no rows",
      inputs: tensors({ name: "x", dtype: "float32", shape: [-1] }),
      given: table({ x: scalars({ dtype: "float32", data: new Float32Array() }) }, 0),
      message: "no rows",
    },
  ])("refuses $name", ({ inputs, given, message }) => {
    expect(() => decode(inputs, given)).toThrow(message);
  });
});
