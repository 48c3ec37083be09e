import { describe, expect, it } from "vitest";
import type { Batch } from "../../src/core/batch.js";
import type { Tensor } from "../../src/core/tensor.js";
import { areNear } from "../../src/pipeline/near-batches.js";

function tensors(...list: readonly Tensor[]): Batch {
  return { kind: "tensors", tensors: new Map(list.map((tensor, i) => [`t${i}`, tensor])) };
}

function floats(...values: readonly number[]): Tensor {
  return { dtype: "float32", shape: [values.length], data: Float32Array.from(values) };
}

const text = (value: string): Tensor => ({ dtype: "string", shape: [1], data: [value] });

describe("two batches", () => {
  it.each([
    { name: "equal numbers", one: tensors(floats(1, Number.NaN)), other: tensors(floats(1, Number.NaN)), near: true },
    { name: "infinities", one: tensors(floats(Number.POSITIVE_INFINITY)), other: tensors(floats(1e30)), near: false },
    { name: "rounded numbers", one: tensors(floats(1)), other: tensors(floats(1.00001)), near: true },
    { name: "other numbers", one: tensors(floats(1)), other: tensors(floats(1.01)), near: false },
    { name: "NaN for a number", one: tensors(floats(1)), other: tensors(floats(Number.NaN)), near: false },
    { name: "equal texts", one: tensors(text("a")), other: tensors(text("a")), near: true },
    { name: "other texts", one: tensors(text("a")), other: tensors(text("b")), near: false },
    {
      name: "other shapes",
      one: tensors(floats(1)),
      other: tensors({ ...floats(1), shape: [1, 1] } as Tensor),
      near: false,
    },
    { name: "other types", one: tensors(floats(1)), other: tensors(text("1")), near: false },
    { name: "more tensors", one: tensors(floats(1)), other: tensors(floats(1), floats(1)), near: false },
    {
      name: "equal values",
      one: { kind: "value", value: 1 } as Batch,
      other: { kind: "value", value: 1 } as Batch,
      near: true,
    },
  ])("of $name are near: $near", ({ one, other, near }) => {
    expect(areNear(one, other)).toBe(near);
  });
});
