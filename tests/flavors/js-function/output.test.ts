import { describe, expect, it } from "vitest";
import { compileEncoder } from "../../../src/codec/encode/predictions.js";
import { compileOutput } from "../../../src/flavors/js-function/output.js";
import { parseSignature } from "../../../src/format/signature.js";

const encode = compileEncoder();

/** The JSON of what a function answered, by an output signature as MLflow writes it. */
function write(outputs: readonly object[], result: unknown): string {
  const { outputs: schema } = parseSignature({ outputs: JSON.stringify(outputs) });
  const batch = compileOutput(schema)(result);
  return Buffer.from(encode(batch, { form: "unwrapped", tableRows: undefined })).toString();
}

const column = (type: string, rest: object = {}): object => ({ type, name: "v", ...rest });
const tensor = (dtype: string, shape: readonly number[], name?: string): object => ({
  type: "tensor",
  "tensor-spec": { dtype, shape },
  ...(name === undefined ? {} : { name }),
});

describe("an answer with columns", () => {
  it.each([
    { name: "rows", outputs: [column("double")], result: [{ v: 1 }, { v: 0.5 }], text: '[{"v":1.0},{"v":0.5}]' },
    { name: "no rows", outputs: [column("double")], result: [], text: "[]" },
    { name: "one row", outputs: [column("long")], result: { v: 1 }, text: '{"v":1}' },
    { name: "an object of lists", outputs: [column("long")], result: { v: [1, 2] }, text: '{"v":[1,2]}' },
    { name: "values of the only column", outputs: [column("string")], result: ["a"], text: '["a"]' },
    { name: "a value of the only column", outputs: [column("string")], result: "a", text: '"a"' },
    { name: "a typed array", outputs: [column("double")], result: new Float64Array([1, 2]), text: "[1,2]" },
    { name: "columns without names", outputs: [{ type: "long" }], result: [{ 0: 5n }], text: '[{"0":5}]' },
    {
      name: "all digits of a long",
      outputs: [column("long")],
      result: [{ v: 2n ** 60n }],
      text: `[{"v":${2n ** 60n}}]`,
    },
    { name: "NaN", outputs: [column("double")], result: [{ v: Number.NaN }], text: '[{"v":null}]' },
    {
      name: "null where it may be missing",
      outputs: [column("long", { required: false })],
      result: [{ v: null }, { v: 2 }],
      text: '[{"v":null},{"v":2}]',
    },
    {
      name: "a list for each row",
      outputs: [column("array", { items: { type: "double" }, required: true })],
      result: [{ v: new Float32Array([0.5]) }],
      text: '[{"v":[0.5]}]',
    },
    {
      name: "an object for each row",
      outputs: [column("object", { properties: { a: { type: "long" } }, required: true })],
      result: [{ v: { a: 1 } }],
      text: '[{"v":{"a":1}}]',
    },
    {
      name: "a map for each row",
      outputs: [column("map", { values: { type: "boolean" }, required: true })],
      result: [{ v: new Map([["a", true]]) }],
      text: '[{"v":{"a":true}}]',
    },
    {
      name: "tensors",
      outputs: [column("long")],
      result: { v: { dtype: "int64", shape: [2, 1], data: [1n, 2n] } },
      text: '{"v":[1,2]}',
    },
  ])("takes $name", ({ outputs, result, text }) => {
    expect(write(outputs, result)).toBe(text);
  });

  it.each([
    {
      name: "another type",
      outputs: [column("long")],
      result: [{ v: "1" }],
      message: '[0]["v"]: the output signature says long, got a string',
    },
    { name: "what is not whole", outputs: [column("long")], result: [{ v: 0.5 }], message: "not whole or too large" },
    { name: "an integer too large", outputs: [column("integer")], result: [{ v: 2 ** 31 }], message: "too large" },
    { name: "a missing column", outputs: [column("long")], result: [{}], message: '["v"]: it is missing' },
    { name: "null that is required", outputs: [column("long")], result: [{ v: null }], message: "says long, got null" },
    { name: "another column", outputs: [column("long")], result: [{ v: 1, w: 2 }], message: '["w"]: it is not in' },
    {
      name: "columns of different lengths",
      outputs: [column("long"), { type: "long", name: "w" }],
      result: { v: [1], w: [] },
      message: "different lengths",
    },
    {
      name: "no rows at all",
      outputs: [column("long"), { type: "long", name: "w" }],
      result: 5,
      message: "says rows, got a number",
    },
    { name: "no date", outputs: [column("datetime")], result: [{ v: "soon" }], message: "no ISO 8601 date" },
    {
      name: "a list with another item",
      outputs: [column("array", { items: { type: "long" }, required: true })],
      result: [{ v: [1, "2"] }],
      message: '[0]["v"][1]: the output',
    },
  ])("refuses $name", ({ outputs, result, message }) => {
    expect(() => write(outputs, result)).toThrow(
      expect.objectContaining({ kind: "model_failed", message: expect.stringContaining(message) }),
    );
  });
});

describe("an answer with tensors", () => {
  it.each([
    {
      name: "a tensor",
      outputs: [tensor("float32", [-1])],
      result: { dtype: "float32", shape: [1], data: [0.5] },
      text: "[0.5]",
    },
    { name: "nested lists", outputs: [tensor("int64", [-1, 2])], result: [[1, 2]], text: "[[1,2]]" },
    { name: "a typed array", outputs: [tensor("float64", [-1])], result: new Float64Array([1]), text: "[1.0]" },
    { name: "a tensor by its name", outputs: [tensor("bool", [1], "y")], result: { y: [true] }, text: '{"y":[true]}' },
    { name: "the only one without its name", outputs: [tensor("str", [1], "y")], result: ["a"], text: '{"y":["a"]}' },
    { name: "a number", outputs: [tensor("float64", [])], result: 0.5, text: "0.5" },
  ])("takes $name", ({ outputs, result, text }) => {
    expect(write(outputs, result)).toBe(text);
  });

  it.each([
    {
      name: "another dtype",
      outputs: [tensor("float32", [-1])],
      result: { dtype: "int8", shape: [1], data: [1] },
      message: "says float32, got int8",
    },
    {
      name: "another shape",
      outputs: [tensor("float32", [-1, 2])],
      result: [[1]],
      message: "says the shape [-1, 2], got [1, 1]",
    },
    {
      name: "ragged lists",
      outputs: [tensor("float32", [-1, 2])],
      result: [[1, 2, 3], [4]],
      message: "different lengths",
    },
    {
      name: "a missing tensor",
      outputs: [tensor("int8", [1], "a"), tensor("int8", [1], "b")],
      result: { a: [1] },
      message: '["b"]: it is missing',
    },
    {
      name: "another tensor",
      outputs: [tensor("int8", [1], "a"), tensor("int8", [1], "b")],
      result: { a: [1], b: [1], c: [1] },
      message: '["c"]: it is not in',
    },
    { name: "an element that does not fit", outputs: [tensor("uint8", [1])], result: [-1], message: "no uint8" },
  ])("refuses $name", ({ outputs, result, message }) => {
    expect(() => write(outputs, result)).toThrow(
      expect.objectContaining({ kind: "model_failed", message: expect.stringContaining(message) }),
    );
  });
});
