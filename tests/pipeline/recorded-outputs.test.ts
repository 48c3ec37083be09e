import { describe, expect, it } from "vitest";
import type { Batch } from "../../src/core/batch.js";
import { toFloat16Bits } from "../../src/core/float16.js";
import { formatSelfTest, parseSelfTest, type RecordedOutput } from "../../src/format/self-test-file.js";
import { findDifference } from "../../src/pipeline/compare-outputs.js";
import { recordOutputs } from "../../src/pipeline/recorded-outputs.js";

const TENSORS: Batch = {
  kind: "tensors",
  tensors: new Map([
    ["half", { dtype: "float16", shape: [2], data: Uint16Array.from([0.5, -2], toFloat16Bits) }],
    ["single", { dtype: "float32", shape: [1, 3], data: Float32Array.of(0.1, Number.NaN, -0) }],
    ["double", { dtype: "float64", shape: [2], data: Float64Array.of(1e300, Number.NEGATIVE_INFINITY) }],
    ["big", { dtype: "int64", shape: [2], data: BigInt64Array.of(2n ** 63n - 1n, -1n) }],
    ["small", { dtype: "uint8", shape: [], data: Uint8Array.of(255) }],
    ["flag", { dtype: "bool", shape: [2], data: Uint8Array.of(1, 0) }],
    ["text", { dtype: "string", shape: [1], data: ["é\n"] }],
    ["bytes", { dtype: "binary", shape: [1], data: [Uint8Array.of(1, 2, 255)] }],
    ["rows", { dtype: "object", shape: [2], data: [new Map([["a", Math.fround(0.1)]]), [null, 1, Number.NaN]] }],
  ]),
};

const textOf = (outputs: readonly RecordedOutput[]): string =>
  formatSelfTest({
    request: "r.json",
    outputs,
    tolerance: {},
    platform: { os: "linux", arch: "x64", runtime: "r", version: "1" },
  });

describe("recordOutputs", () => {
  it("writes every digit of every dtype", () => {
    expect(JSON.parse(textOf(recordOutputs(TENSORS))).outputs).toEqual([
      { name: "half", dtype: "float16", shape: [2], data: [0.5, -2] },
      { name: "single", dtype: "float32", shape: [1, 3], data: [0.10000000149011612, "NaN", -0] },
      { name: "double", dtype: "float64", shape: [2], data: [1e300, "-Infinity"] },
      { name: "big", dtype: "int64", shape: [2], data: [Number(2n ** 63n), -1] },
      { name: "small", dtype: "uint8", shape: [], data: [255] },
      { name: "flag", dtype: "bool", shape: [2], data: [true, false] },
      { name: "text", dtype: "string", shape: [1], data: ["é\n"] },
      { name: "bytes", dtype: "binary", shape: [1], data: ["AQL/"] },
      { name: "rows", dtype: "object", shape: [2], data: [{ a: 0.10000000149011612 }, [null, 1, "NaN"]] },
    ]);
    expect(textOf(recordOutputs(TENSORS))).toContain("9223372036854775807");
  });

  it("is read back as it was written, without any tolerance", () => {
    const recorded = recordOutputs(TENSORS);
    const test = parseSelfTest(Buffer.from(textOf(recorded)));
    expect(findDifference(test, recorded)).toBeUndefined();
    expect(textOf(test.outputs)).toBe(textOf(recorded));
  });

  it.each<{ batch: Batch; recorded: object }>([
    {
      batch: { kind: "columns", rows: 2, columns: new Map([["c", { dtype: "int32", data: Int32Array.of(1, 2) }]]) },
      recorded: { name: "c", dtype: "int32", shape: [2], data: [1, 2] },
    },
    {
      batch: { kind: "value", value: { a: [1] } },
      recorded: { name: "", dtype: "object", shape: [], data: [{ a: [1] }] },
    },
  ])("takes $batch.kind too", ({ batch, recorded }) => {
    expect(JSON.parse(textOf(recordOutputs(batch))).outputs).toEqual([recorded]);
  });
});
