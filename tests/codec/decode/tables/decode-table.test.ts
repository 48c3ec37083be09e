import { describe, expect, it } from "vitest";
import { COERCIONS } from "../../../../src/codec/decode/coercion.js";
import { compileTableDecoder } from "../../../../src/codec/decode/tables/decode-table.js";
import type { ColumnValues } from "../../../../src/codec/decode/tables/typed-table.js";
import { type Column, NOT_A_TIME } from "../../../../src/core/tensor.js";
import { columns, decode, parts, scalars, table } from "../../../support/typed-tables.js";

const ints = scalars({ dtype: "int64", data: BigInt64Array.of(1n, 2n) });
const floats = scalars({ dtype: "float64", data: Float64Array.of(1.5, Number.NaN) });
const texts = scalars({ dtype: "object", data: ["x", null] });
const zoned: ColumnValues = { kind: "unsupported", type: "timestamp with a zone" };
const pairs: ColumnValues = {
  kind: "lists",
  inner: [2],
  items: { dtype: "float32", data: Float32Array.of(1, 2, 3, 4) },
};

describe("a typed table under columns", () => {
  it.each<{ type: string; given: Column; expected: Column }>([
    {
      type: "long",
      given: { dtype: "uint32", data: Uint32Array.of(1, 2 ** 32 - 1) },
      expected: { dtype: "int64", data: BigInt64Array.of(1n, 2n ** 32n - 1n) },
    },
    {
      type: "integer",
      given: { dtype: "int8", data: Int8Array.of(-1, 1) },
      expected: { dtype: "int32", data: Int32Array.of(-1, 1) },
    },
    {
      type: "double",
      given: { dtype: "float16", data: Uint16Array.of(0x3e00, 0xb400) },
      expected: { dtype: "float64", data: Float64Array.of(1.5, -0.25) },
    },
    {
      type: "float",
      given: { dtype: "float16", data: Uint16Array.of(0x3e00, 0x7e00) },
      expected: { dtype: "float32", data: Float32Array.of(1.5, Number.NaN) },
    },
    {
      type: "double",
      given: { dtype: "int64", data: BigInt64Array.of(2n ** 53n, -1n) },
      expected: { dtype: "float64", data: Float64Array.of(2 ** 53, -1) },
    },
    {
      type: "float",
      given: { dtype: "int64", data: BigInt64Array.of(2n ** 24n, -1n) },
      expected: { dtype: "float32", data: Float32Array.of(2 ** 24, -1) },
    },
    {
      type: "boolean",
      given: { dtype: "object", data: [true, null] },
      expected: { dtype: "object", data: [true, null] },
    },
    { type: "string", given: { dtype: "object", data: ["x", null] }, expected: { dtype: "object", data: ["x", null] } },
  ])("gives $given.dtype for $type, and loses nothing", ({ type, given, expected }) => {
    expect(parts(decode(columns({ type, name: "x" }), table({ x: scalars(given) })))).toEqual({ x: expected });
  });

  it.each<{ name: string; type: string; given: Column; expected: Column }>([
    {
      name: "booleans with a missing one",
      type: "double",
      given: { dtype: "object", data: [true, null] },
      expected: { dtype: "float64", data: Float64Array.of(1, Number.NaN) },
    },
    {
      name: "nothing",
      type: "double",
      given: { dtype: "object", data: [null, null] },
      expected: { dtype: "float64", data: Float64Array.of(Number.NaN, Number.NaN) },
    },
    {
      name: "nothing",
      type: "datetime",
      given: { dtype: "object", data: [null, null] },
      expected: { dtype: "datetime", data: BigInt64Array.of(NOT_A_TIME, NOT_A_TIME) },
    },
    {
      name: "texts as bytes",
      type: "string",
      given: { dtype: "binary", data: [Buffer.from("é"), Buffer.from("")] },
      expected: { dtype: "string", data: ["é", ""] },
    },
    {
      name: "texts as bytes, one missing",
      type: "string",
      given: { dtype: "object", data: [Buffer.from("x"), null] },
      expected: { dtype: "object", data: ["x", null] },
    },
  ])("takes $name for $type", ({ type, given, expected }) => {
    expect(parts(decode(columns({ type, name: "x" }), table({ x: scalars(given) })))).toEqual({ x: expected });
  });

  it.each<{ type: string; given: Column }>([
    { type: "long", given: { dtype: "float64", data: Float64Array.of(1, 2) } },
    { type: "long", given: { dtype: "uint64", data: BigUint64Array.of(1n, 2n) } },
    { type: "integer", given: { dtype: "int64", data: BigInt64Array.of(1n, 2n) } },
    { type: "float", given: { dtype: "float64", data: Float64Array.of(1, 2) } },
    { type: "double", given: { dtype: "int64", data: BigInt64Array.of(2n ** 53n + 1n, 1n) } },
    { type: "boolean", given: { dtype: "int8", data: Int8Array.of(0, 1) } },
    { type: "boolean", given: { dtype: "object", data: ["true", null] } },
    { type: "string", given: { dtype: "binary", data: [Uint8Array.of(0xff), Uint8Array.of(0x61)] } },
    { type: "string", given: { dtype: "int64", data: BigInt64Array.of(1n, 2n) } },
    { type: "datetime", given: { dtype: "string", data: ["2024-01-02", "2024-01-03"] } },
  ])("refuses $given.dtype for $type, as nothing is cast", ({ type, given }) => {
    expect(() => decode(columns({ type, name: "x" }), table({ x: scalars(given) }))).toThrow(
      expect.objectContaining({
        kind: "schema_mismatch",
        message: expect.stringContaining(`column "x": expected ${type}`),
      }),
    );
  });

  it("wants columns by name, puts them in the order of the signature, and ignores others", () => {
    const inputs = columns(
      { type: "double", name: "b" },
      { type: "long", name: "a" },
      { type: "string", name: "c", required: false },
    );
    expect(compileTableDecoder(inputs, COERCIONS.safe.casts).wanted).toEqual(new Set(["a", "b", "c"]));
    expect(Object.keys(parts(decode(inputs, table({ z: zoned, a: ints, b: floats }))))).toEqual(["b", "a"]);
  });

  it("takes columns by position where the signature names none", () => {
    const inputs = columns({ type: "long" }, { type: "double" });
    expect(compileTableDecoder(inputs, COERCIONS.safe.casts).wanted).toBeUndefined();
    expect(Object.keys(parts(decode(inputs, table({ p: ints, q: floats, r: zoned }))))).toEqual(["p", "q"]);
  });

  it.each([
    {
      name: "a missing column",
      inputs: columns({ type: "long", name: "a" }),
      given: table({ b: ints }),
      message: 'missing column "a"',
    },
    {
      name: "a zone",
      inputs: columns({ type: "datetime", name: "a" }),
      given: table({ a: zoned }),
      message: "expected datetime, got values of type timestamp with a zone",
    },
    {
      name: "lists",
      inputs: columns({ type: "double", name: "a" }),
      given: table({ a: pairs }),
      message: "expected double, got lists of 2 values of type float32",
    },
    {
      name: "a zone in a list",
      inputs: columns({ type: "any", name: "a" }),
      given: table({ a: zoned }),
      message: "expected any, got values of type timestamp with a zone",
    },
    {
      name: "a column that stands twice",
      inputs: columns({ type: "long", name: "a" }),
      given: {
        rows: 2,
        columns: [
          { name: "a", values: ints },
          { name: "a", values: ints },
        ],
      },
      message: "stands twice",
    },
  ])("refuses $name", ({ inputs, given, message }) => {
    expect(() => decode(inputs, given)).toThrow(message);
  });

  it("gives lists to columns of lists, checked as they are in JSON", () => {
    const lists = columns({ type: "array", items: { type: "double" }, name: "a", required: true });
    expect(parts(decode(lists, table({ a: pairs })))).toEqual({
      a: {
        dtype: "object",
        data: [
          [1, 2],
          [3, 4],
        ],
      },
    });
    expect(() => decode(lists, table({ a: texts }))).toThrow('column "a", row 0');
  });
});

describe("a typed table without a signature", () => {
  it("stays as it is, lists as objects", () => {
    expect(parts(decode(undefined, table({ a: ints, b: pairs })))).toMatchObject({
      a: { dtype: "int64" },
      b: { dtype: "object" },
    });
  });

  it("is refused with a column that no model takes", () => {
    expect(() => decode(undefined, table({ a: zoned }))).toThrow(
      "column 0: values of type timestamp with a zone are not supported",
    );
  });
});
