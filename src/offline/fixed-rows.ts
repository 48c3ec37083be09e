import type { Batch } from "../core/batch.js";
import { type Column, isTypedDType, TYPED_ARRAYS } from "../core/tensor.js";
import type { Schema, Signature } from "../format/signature.js";

/** The rows that every run must have by the signature: the first dimension of all its tensors, where it is fixed. */
export function fixedRowsOf({ inputs }: Signature): number | undefined {
  if (inputs?.kind !== "tensors") return undefined;
  const [first, ...others] = new Set(inputs.tensors.map(({ shape }) => shape[0]));
  return first !== undefined && first > 0 && others.length === 0 ? first : undefined;
}

/** The signature with a free first dimension, so that any number of rows can be decoded before they are filled up. */
export function withFreeRows(signature: Signature): Signature {
  const { inputs } = signature;
  if (fixedRowsOf(signature) === undefined || inputs?.kind !== "tensors") return signature;
  const tensors = inputs.tensors.map((spec) => ({ ...spec, shape: [-1, ...spec.shape.slice(1)] }));
  return { ...signature, inputs: { kind: "tensors", tensors } satisfies Schema };
}

/** A batch of `rows` rows filled up to `target` by repeating the last one. */
export function fillUp(batch: Batch, rows: number, target: number): Batch {
  if (rows >= target || batch.kind === "value") return batch;
  if (batch.kind === "columns") {
    const columns = Array.from(batch.columns, ([name, column]) => [name, repeatLast(column, rows, target)] as const);
    return { kind: "columns", rows: target, columns: new Map(columns) };
  }
  const tensors = Array.from(batch.tensors, ([name, tensor]) => {
    const shape = [target, ...tensor.shape.slice(1)];
    return [name, { ...repeatLast(tensor, rows, target), shape }] as const;
  });
  // The data of each tensor has kept its dtype.
  return { kind: "tensors", tensors: new Map(tensors) } as Batch;
}

function repeatLast({ dtype, data }: Column, rows: number, target: number): Column {
  const size = data.length / rows;
  const last = (rows - 1) * size;
  if (!isTypedDType(dtype)) {
    const filled: unknown[] = Array.from<unknown>(data);
    for (let row = rows; row < target; row++) for (let i = 0; i < size; i++) filled.push(data[last + i]);
    return { dtype, data: filled } as Column;
  }
  const filled = new TYPED_ARRAYS[dtype](target * size);
  filled.set(data as never);
  for (let row = rows; row < target; row++) filled.copyWithin(row * size, last, last + size);
  return { dtype, data: filled } as Column;
}
