import type { Batch } from "../core/batch.js";
import type { Column, Tensor } from "../core/tensor.js";
import { findDifference } from "./compare-outputs.js";
import { recordOutputs } from "./recorded-outputs.js";
import { TOLERANCES } from "./tolerances.js";

/** Have two batches the same shapes, and values that are as near as {@link TOLERANCES} asks? */
export function areNear(one: Batch, other: Batch): boolean {
  if (one.kind === "tensors" && other.kind === "tensors") return haveNearEntries(one.tensors, other.tensors);
  if (one.kind === "columns" && other.kind === "columns") return haveNearEntries(one.columns, other.columns);
  return areNearWhenRecorded(one, other);
}

function haveNearEntries<T extends Column | Tensor>(
  one: ReadonlyMap<string, T>,
  other: ReadonlyMap<string, T>,
): boolean {
  return (
    one.size === other.size &&
    Array.from(one).every(([name, value]) => {
      const match = other.get(name);
      return match !== undefined && isNear(value, match);
    })
  );
}

function isNear(one: Column | Tensor, other: Column | Tensor): boolean {
  if (one.dtype !== other.dtype || shapeOf(one) !== shapeOf(other)) return false;
  const { relative, absolute } = TOLERANCES[one.dtype] ?? { relative: 0, absolute: 0 };
  // An output may have millions of numbers, of which no list of values is to be made.
  if (one.data instanceof Float32Array || one.data instanceof Float64Array)
    return one.data.every((value, i) => isNearNumber(value, Number(other.data[i]), relative, absolute));
  const asTensor = ({ dtype, data }: Column | Tensor): Batch => ({
    kind: "tensors",
    tensors: new Map([["", { dtype, data, shape: [data.length] } as Tensor]]),
  });
  return areNearWhenRecorded(asTensor(one), asTensor(other));
}

function shapeOf(value: Column | Tensor): string {
  const shape: readonly number[] = "shape" in value ? (value as Tensor).shape : [value.data.length];
  return shape.join();
}

function isNearNumber(one: number, other: number, relative: number, absolute: number): boolean {
  if (!Number.isFinite(one)) return Object.is(one, other);
  return Math.abs(one - other) <= absolute + relative * Math.abs(one);
}

function areNearWhenRecorded(one: Batch, other: Batch): boolean {
  return findDifference({ outputs: recordOutputs(one), tolerance: TOLERANCES }, recordOutputs(other)) === undefined;
}
