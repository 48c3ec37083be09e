import { type Batch, rowCount } from "../core/batch.js";
import type { Column, Tensor } from "../core/tensor.js";

/** One row of a batch, as a batch; undefined where there are no rows to tell apart. */
export function rowOf(batch: Batch, row: number): Batch | undefined {
  const rows = rowCount(batch);
  if (rows === undefined || row >= rows) return undefined;
  if (batch.kind === "columns")
    return { ...batch, rows: 1, columns: mapValues(batch.columns, (one) => cut(one, row, 1)) };
  if (batch.kind === "value") return undefined;
  return { ...batch, tensors: mapValues(batch.tensors, (tensor) => rowOfTensor(tensor, row)) };
}

function rowOfTensor(tensor: Tensor, row: number): Tensor {
  const shape = [1, ...tensor.shape.slice(1)];
  const size = shape.reduce((product, length) => product * length, 1);
  return { ...cut(tensor, row * size, size), shape };
}

/** Elements from `start` on; the class of the array stays what it is. */
function cut<T extends Column>({ dtype, data }: T, start: number, length: number): T {
  return { dtype, data: data.slice(start, start + length) } as unknown as T;
}

function mapValues<V>(map: ReadonlyMap<string, V>, change: (value: V) => V): ReadonlyMap<string, V> {
  return new Map(Array.from(map, ([key, value]) => [key, change(value)]));
}
