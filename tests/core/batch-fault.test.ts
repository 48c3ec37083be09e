import { describe, expect, it } from "vitest";
import { batchFault } from "../../src/core/batch-fault.js";

const tensors = (tensor: unknown): unknown => ({ kind: "tensors", tensors: new Map([["y", tensor]]) });
const columns = (column: unknown, rows: unknown = 2): unknown => ({
  kind: "columns",
  rows,
  columns: new Map([["y", column]]),
});

describe("batchFault", () => {
  it.each<[string, unknown]>([
    ["a table", columns({ dtype: "float64", data: Float64Array.of(1, 2) })],
    ["a table without columns", { kind: "columns", rows: 3, columns: new Map() }],
    ["texts", columns({ dtype: "string", data: ["a", "b"] })],
    ["a tensor", tensors({ dtype: "int64", shape: [2, 1], data: BigInt64Array.of(1n, 2n) })],
    ["one number", tensors({ dtype: "float32", shape: [], data: Float32Array.of(1) })],
    ["no elements", tensors({ dtype: "bool", shape: [0, 4], data: new Uint8Array() })],
    ["half precision as its bits", tensors({ dtype: "float16", shape: [1], data: Uint16Array.of(1) })],
    ["a value", { kind: "value", value: null }],
  ])("finds nothing wrong with %s", (_, batch) => {
    expect(batchFault(batch)).toBeUndefined();
  });

  it.each<[string, unknown, string]>([
    ["nothing", undefined, "it is no object"],
    ["null", null, "it is no object"],
    ["a plain object", { y: [1] }, "its kind is none of"],
    ["a value that is not there", { kind: "value" }, "its value is undefined"],
    ["an object for the columns", { kind: "columns", rows: 1, columns: {} }, "its columns are no Map"],
    ["rows that are no number", columns({ dtype: "float64", data: new Float64Array(2) }, "2"), "its rows are no"],
    [
      "fewer values than rows",
      columns({ dtype: "float64", data: new Float64Array(1) }),
      '"y": it has 1 values for the 2',
    ],
    ["a list of numbers", columns({ dtype: "float64", data: [1, 2] }), "no Float64Array"],
    ["another class of array", columns({ dtype: "int64", data: new Int32Array(2) }), "no BigInt64Array"],
    ["a dtype that nobody knows", columns({ dtype: "decimal", data: [1, 2] }), 'no dtype "decimal"'],
    ["a dtype of every object", columns({ dtype: "constructor", data: [1, 2] }), 'no dtype "constructor"'],
    ["no dtype", columns({ data: [1, 2] }), "it has no dtype"],
    ["texts that are no list", columns({ dtype: "string", data: "ab" }), "its data is no list"],
    ["a tensor without a shape", tensors({ dtype: "float32", data: new Float32Array(1) }), "its shape is no list"],
    ["a negative size", tensors({ dtype: "float32", shape: [-1], data: new Float32Array(1) }), "its shape is no list"],
    ["a shape of more", tensors({ dtype: "float32", shape: [2, 2], data: new Float32Array(3) }), "3 values for the 4"],
    ["a name that is no text", { kind: "tensors", tensors: new Map([[1, {}]]) }, "is no string"],
  ])("tells what is wrong with %s", (_, batch, says) => {
    expect(batchFault(batch)).toContain(says);
  });
});
