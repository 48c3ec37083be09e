import { describe, expect, it } from "vitest";
import { JsonFloat } from "../../../src/core/json.js";
import type { Column, Tensor } from "../../../src/core/tensor.js";
import { answer, floats, refused } from "../../support/onnx-answers.js";
import { ELEMENT } from "../../support/onnx-builder.js";
import { tensors } from "../../support/onnx-folder.js";

const _signal = new AbortController().signal;

describe("tensors of every element type", () => {
  it.each<Tensor>([
    { dtype: "bool", shape: [2], data: Uint8Array.of(1, 0) },
    { dtype: "int8", shape: [2], data: Int8Array.of(-128, 127) },
    { dtype: "int16", shape: [2], data: Int16Array.of(-32768, 32767) },
    { dtype: "int32", shape: [2], data: Int32Array.of(-(2 ** 31), 2 ** 31 - 1) },
    { dtype: "int64", shape: [2], data: BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n) },
    { dtype: "uint8", shape: [2], data: Uint8Array.of(0, 255) },
    { dtype: "uint16", shape: [2], data: Uint16Array.of(0, 65535) },
    { dtype: "uint32", shape: [2], data: Uint32Array.of(0, 2 ** 32 - 1) },
    { dtype: "uint64", shape: [2], data: BigUint64Array.of(0n, 2n ** 64n - 1n) },
    { dtype: "float16", shape: [4], data: Uint16Array.of(0x3c00, 0x7bff, 0x8001, 0xfc00) },
    { dtype: "float32", shape: [3], data: Float32Array.of(0.1, Number.NaN, Number.NEGATIVE_INFINITY) },
    { dtype: "float64", shape: [3], data: Float64Array.of(0.1, Number.NaN, 5e-324) },
    { dtype: "string", shape: [3], data: ["", "日本 😀", "a\nb"] },
  ])("come back as they went in: $dtype", async (x) => {
    expect(await answer(ELEMENT[x.dtype as keyof typeof ELEMENT], [undefined], tensors({ x }))).toEqual(x);
  });

  it.each([
    ["no dimensions", [], [], 1],
    ["three dimensions", [undefined, 2, undefined], [2, 2, 1], 4],
    ["no elements", [undefined, 3], [0, 3], 0],
  ])("keep a shape of %s", async (_, declared, shape, count) => {
    const x: Tensor = { dtype: "float32", shape, data: new Float32Array(count).fill(1.5) };
    expect(await answer(ELEMENT.float32, declared, tensors({ x }))).toEqual(x);
  });

  it.each<[string, number, Tensor["data"]]>([
    ["bool", ELEMENT.bool, new Uint8Array()],
    ["int64", ELEMENT.int64, new BigInt64Array()],
    ["float16", ELEMENT.float16, new Uint16Array()],
    ["string", ELEMENT.string, []],
  ])("may have no elements: %s", async (dtype, elementType, data) => {
    const x = { dtype, shape: [0], data } as Tensor;
    expect(await answer(elementType, [undefined], tensors({ x }))).toEqual(x);
  });
});

describe("values of another element type", () => {
  const int64 = (...values: bigint[]): Column => ({ dtype: "int64", data: BigInt64Array.from(values) });
  const object = (...values: unknown[]): Column => ({ dtype: "object", data: values });

  it.each<[string, Column, number, unknown[]]>([
    [
      "float64 to float32",
      floats(0.1, 1e39, Number.NaN),
      ELEMENT.float32,
      [Math.fround(0.1), Number.POSITIVE_INFINITY, Number.NaN],
    ],
    ["float64 to float16", floats(0.1, 1e6), ELEMENT.float16, [0x2e66, 0x7c00]],
    ["float16 to float32", { dtype: "float16", data: Uint16Array.of(0x3c00) }, ELEMENT.float32, [1]],
    ["float32 to float64", { dtype: "float32", data: Float32Array.of(0.5) }, ELEMENT.float64, [0.5]],
    ["int64 to float32", int64(5n, -3n), ELEMENT.float32, [5, -3]],
    ["int64 to float16", int64(5n), ELEMENT.float16, [0x4500]],
    ["uint64 to float64", { dtype: "uint64", data: BigUint64Array.of(2n ** 63n) }, ELEMENT.float64, [2 ** 63]],
    ["bool to float32", { dtype: "bool", data: Uint8Array.of(1, 0) }, ELEMENT.float32, [1, 0]],
    ["bool to int64", { dtype: "bool", data: Uint8Array.of(1, 0) }, ELEMENT.int64, [1n, 0n]],
    ["whole floats to int64", floats(3, -0, -(2 ** 63)), ELEMENT.int64, [3n, 0n, -(2n ** 63n)]],
    ["whole floats to uint8", floats(0, 255), ELEMENT.uint8, [0, 255]],
    ["int64 in range to int32", int64(2n ** 31n - 1n), ELEMENT.int32, [2 ** 31 - 1]],
    ["int64 in range to uint64", int64(7n), ELEMENT.uint64, [7n]],
    ["int32 to int64", { dtype: "int32", data: Int32Array.of(-5) }, ELEMENT.int64, [-5n]],
    [
      "mixed values to string",
      object("a", 5, 2n ** 60n, new JsonFloat(3), 2.5, true, null),
      ELEMENT.string,
      ["a", "5", "1152921504606846976", "3.0", "2.5", "True", "None"],
    ],
  ])("are converted where nothing but a float's precision is lost: %s", async (_, column, elementType, expected) => {
    const x = { ...column, shape: [column.data.length] } as Tensor;
    expect([...((await answer(elementType, [undefined], tensors({ x })))?.data ?? [])]).toEqual(expected);
  });

  it.each<[string, Column, number, string]>([
    [
      "a fraction in int64",
      floats(1, 1.5),
      ELEMENT.int64,
      'input "x"[1]: expected int64, got a number that is not whole',
    ],
    ["NaN in int32", floats(Number.NaN), ELEMENT.int32, 'input "x"[0]: expected int32, got NaN or a missing value'],
    ["NaN in int64", floats(Number.NaN), ELEMENT.int64, 'input "x"[0]: expected int64, got NaN or a missing value'],
    ["2^63 in int64", floats(2 ** 63), ELEMENT.int64, 'input "x"[0]: expected int64, got a number out of its range'],
    [
      "infinity in int64",
      floats(Number.POSITIVE_INFINITY),
      ELEMENT.int64,
      'input "x"[0]: expected int64, got a number that is not whole',
    ],
    ["-1 in uint8", floats(-1), ELEMENT.uint8, 'input "x"[0]: expected uint8, got a number out of its range'],
    ["2^31 in int32", int64(2n ** 31n), ELEMENT.int32, 'input "x"[0]: expected int32, got a number out of its range'],
    [
      "2^53 + 1 in int32",
      int64(2n ** 53n + 1n),
      ELEMENT.int32,
      'input "x"[0]: expected int32, got a number out of its range',
    ],
    ["-1 in uint64", int64(-1n), ELEMENT.uint64, 'input "x"[0]: expected uint64, got a number out of its range'],
    [
      "2^64 - 1 in int64",
      { dtype: "uint64", data: BigUint64Array.of(2n ** 64n - 1n) },
      ELEMENT.int64,
      'input "x"[0]: expected int64, got a number out of its range',
    ],
    [
      "strings in float32",
      { dtype: "string", data: ["1.5"] },
      ELEMENT.float32,
      'input "x": expected float32, got string',
    ],
    [
      "mixed values in float32",
      object(1, "a"),
      ELEMENT.float32,
      'input "x": expected float32, got values of several types, or missing ones',
    ],
    ["numbers in bool", floats(1), ELEMENT.bool, 'input "x": expected bool, got float64'],
    ["numbers in string", floats(1), ELEMENT.string, 'input "x": expected string, got float64'],
    [
      "bool in string",
      { dtype: "bool", data: Uint8Array.of(1) },
      ELEMENT.string,
      'input "x": expected string, got bool',
    ],
    [
      "dates in int64",
      { dtype: "datetime", data: BigInt64Array.of(1n) },
      ELEMENT.int64,
      'input "x": expected int64, got datetime',
    ],
    [
      "bytes in string",
      { dtype: "binary", data: [new Uint8Array()] },
      ELEMENT.string,
      'input "x": expected string, got binary',
    ],
    ["a list in string", object("a", ["b"]), ELEMENT.string, 'input "x"[1]: expected string, got a list or an object'],
    ["a map in string", object(new Map()), ELEMENT.string, 'input "x"[0]: expected string, got a list or an object'],
    [
      "a NUL in string",
      { dtype: "string", data: ["a", "b\0c"] },
      ELEMENT.string,
      'input "x"[1]: expected string, got a string with a NUL character',
    ],
    [
      "a NUL among mixed values",
      object(1, "\0"),
      ELEMENT.string,
      'input "x"[1]: expected string, got a string with a NUL character',
    ],
    [
      "half a pair in string",
      { dtype: "string", data: ["\ud800x"] },
      ELEMENT.string,
      'input "x"[0]: expected string, got a string with half of a surrogate pair',
    ],
  ])("are refused where they do not fit: %s", async (_, column, elementType, message) => {
    const x = { ...column, shape: [column.data.length] } as Tensor;
    expect(await refused(elementType, [undefined], tensors({ x }))).toBe(message);
  });

  it("name the place of a value in nested lists", async () => {
    const x: Tensor = { dtype: "float64", shape: [2, 3], data: Float64Array.of(1, 2, 3, 4, 5, 6.5) };
    expect(await refused(ELEMENT.int32, [undefined, 3], tensors({ x }))).toContain('input "x"[1][2]: ');
  });
});
