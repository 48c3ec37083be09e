import { describe, expect, it } from "vitest";
import { JsonFloat, type JsonValue } from "../../src/core/json.js";
import type { DType } from "../../src/core/tensor.js";
import type { RecordedOutput } from "../../src/format/self-test-file.js";
import { findDifference } from "../../src/pipeline/compare-outputs.js";

const tolerance = {
  float64: { relative: 1e-9, absolute: 0 },
  float32: { relative: 1e-4, absolute: 1e-6 },
  object: { relative: 1e-4, absolute: 1e-6 },
};

const output = (dtype: DType, ...data: JsonValue[]): RecordedOutput => ({
  name: "y",
  dtype,
  shape: [data.length],
  data,
});
const differenceOf = (recorded: RecordedOutput, answered: RecordedOutput): string | undefined =>
  findDifference({ outputs: [recorded], tolerance }, [answered]);

const map = (value: JsonValue): JsonValue => new Map([["a", value]]);

describe("findDifference", () => {
  it.each<{ dtype: DType; was: JsonValue; is: JsonValue }>([
    { dtype: "float64", was: new JsonFloat(1), is: 1 + 5e-10 },
    { dtype: "float32", was: 0.5, is: 0.50004 },
    { dtype: "float32", was: new JsonFloat(0), is: 9e-7 },
    { dtype: "float32", was: "NaN", is: "NaN" },
    { dtype: "float32", was: "-Infinity", is: "-Infinity" },
    { dtype: "int64", was: 5, is: 5n },
    { dtype: "int64", was: 9007199254740993n, is: 9007199254740993n },
    { dtype: "string", was: "é", is: "é" },
    { dtype: "bool", was: true, is: true },
    { dtype: "object", was: null, is: null },
    { dtype: "object", was: map(0.5), is: map(0.50004) },
    { dtype: "object", was: [new JsonFloat(1), "a"], is: [1, "a"] },
  ])("takes $is for $was as $dtype", ({ dtype, was, is }) => {
    expect(differenceOf(output(dtype, was), output(dtype, is))).toBeUndefined();
  });

  it.each<{ dtype: DType; was: JsonValue; is: JsonValue }>([
    { dtype: "float64", was: new JsonFloat(1), is: 1 + 5e-9 },
    { dtype: "float32", was: 0.5, is: 0.5006 },
    { dtype: "float32", was: new JsonFloat(0), is: 2e-6 },
    { dtype: "float32", was: "NaN", is: new JsonFloat(0) },
    { dtype: "float32", was: "Infinity", is: "-Infinity" },
    { dtype: "float16", was: 0.5, is: 0.25 },
    { dtype: "int64", was: 9007199254740993n, is: 9007199254740992n },
    { dtype: "string", was: "1", is: 1 },
    { dtype: "string", was: "a", is: "b" },
    { dtype: "bool", was: true, is: false },
    { dtype: "object", was: null, is: "null" },
    { dtype: "object", was: map(0.5), is: map(0.6) },
    { dtype: "object", was: map(1), is: new Map() },
    { dtype: "object", was: ["a"], is: ["a", "b"] },
    { dtype: "object", was: [["a"]], is: "a" },
  ])("tells $is from $was as $dtype", ({ dtype, was, is }) => {
    expect(differenceOf(output(dtype, was), output(dtype, is))).toBe(
      'output "y", position [0]: the value is not the recorded one',
    );
  });

  it.each([
    { answered: [], says: 'output "y" is missing' },
    { answered: [output("float64", 1.5)], says: 'output "y" is float64 and was float32' },
    { answered: [output("float32", 1.5, 2.5)], says: 'output "y" has the shape [2] and had [1]' },
    { answered: [output("float32", 1.5), { ...output("float32"), name: "z" }], says: 'output "z" was not recorded' },
  ])("says in words: $says", ({ answered, says }) => {
    expect(findDifference({ outputs: [output("float32", 1.5)], tolerance }, answered)).toBe(says);
  });

  it("names the position in every dimension", () => {
    const grid = (...data: number[]): RecordedOutput => ({ name: "y", dtype: "int32", shape: [2, 3], data });
    expect(differenceOf(grid(1, 2, 3, 4, 5, 6), grid(1, 2, 3, 4, 9, 6))).toContain("position [1, 1]:");
  });
});
