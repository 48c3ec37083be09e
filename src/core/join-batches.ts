import { isDeepStrictEqual } from "node:util";
import type { Batch, ColumnsBatch, Params, TensorsBatch } from "./batch.js";
import { type Column, elementCount, isTypedDType, type Tensor, TYPED_ARRAYS } from "./tensor.js";

/** What a run is given, as far as it decides who may share it. */
export interface Runnable {
  readonly batch: Batch;
  readonly params: Params;
}

/**
 * May rows of the two be run together? Only where both have the same columns or tensors in the same order, of the same
 * element types and, but for the rows, of the same shape, and the same params.
 */
export function canShareRun(one: Runnable, other: Runnable): boolean {
  return haveSameForm(one.batch, other.batch) && haveSameParams(one.params, other.params);
}

function haveSameForm(one: Batch, other: Batch): boolean {
  if (one.kind === "columns" && other.kind === "columns")
    return haveSameEntries(one.columns, other.columns, (a, b) => a.dtype === b.dtype);
  if (one.kind === "tensors" && other.kind === "tensors")
    return haveSameEntries(one.tensors, other.tensors, (a, b) => a.dtype === b.dtype && haveSameRows(a, b));
  return false;
}

function haveSameEntries<T>(
  one: ReadonlyMap<string, T>,
  other: ReadonlyMap<string, T>,
  isSame: (a: T, b: T) => boolean,
): boolean {
  if (one.size !== other.size) return false;
  const names = other.keys();
  for (const [name, value] of one) {
    const match = names.next().value === name ? other.get(name) : undefined;
    if (match === undefined || !isSame(value, match)) return false;
  }
  return true;
}

/** Is a row of the one as large as a row of the other? */
function haveSameRows({ shape: one }: Tensor, { shape: other }: Tensor): boolean {
  if (one.length !== other.length) return false;
  for (let axis = 1; axis < one.length; axis++) if (one[axis] !== other[axis]) return false;
  return true;
}

function haveSameParams(one: Params, other: Params): boolean {
  return (one.size === 0 && other.size === 0) || isDeepStrictEqual(one, other);
}

/** The rows of batches that may share a run, one after the other. Copies them. */
export function joinBatches(batches: readonly [Batch, ...Batch[]]): Batch {
  const [first] = batches;
  if (first.kind === "columns") return joinTables(first, batches.filter(isTable));
  if (first.kind === "tensors") return joinTensors(first, batches.filter(areTensors));
  throw new TypeError("a value has no rows to join");
}

function isTable(batch: Batch): batch is ColumnsBatch {
  return batch.kind === "columns";
}

function areTensors(batch: Batch): batch is TensorsBatch {
  return batch.kind === "tensors";
}

function joinTables(first: ColumnsBatch, tables: readonly ColumnsBatch[]): ColumnsBatch {
  const columns = new Map<string, Column>();
  for (const [name, column] of first.columns) {
    const parts = tables.map((table) => table.columns.get(name)?.data ?? []);
    columns.set(name, { ...column, data: joinData(column, parts) } as Column);
  }
  return { kind: "columns", rows: tables.reduce((sum, { rows }) => sum + rows, 0), columns };
}

function joinTensors(first: TensorsBatch, batches: readonly TensorsBatch[]): TensorsBatch {
  const tensors = new Map<string, Tensor>();
  for (const [name, tensor] of first.tensors) {
    const parts = batches.flatMap((batch) => batch.tensors.get(name) ?? []);
    const rows = parts.reduce((sum, { shape }) => sum + (shape[0] ?? 0), 0);
    const data = joinData(
      tensor,
      parts.map((part) => part.data),
    );
    tensors.set(name, { ...tensor, shape: [rows, ...tensor.shape.slice(1)], data } as Tensor);
  }
  return { kind: "tensors", tensors };
}

type Data = Column["data"];

function joinData({ dtype }: Column, parts: readonly Data[]): Data {
  if (!isTypedDType(dtype)) return parts.flatMap((part) => Array.from<unknown>(part));
  const joined = new TYPED_ARRAYS[dtype](parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    // All parts are of the dtype, and so of its array class. One row at a time is what most requests have.
    if (part.length === 1) joined[at] = part[0] as never;
    else joined.set(part as never, at);
    at += part.length;
  }
  return joined;
}

/**
 * Some rows of a batch: views of its elements where they are numbers.
 *
 * Undefined where it has not `total` rows everywhere.
 */
export function compileRowSlices(
  batch: Batch,
  total: number,
): ((start: number, rows: number) => ColumnsBatch | TensorsBatch) | undefined {
  if (batch.kind === "columns")
    return batch.rows === total ? (start, rows) => sliceTable(batch, start, rows) : undefined;
  if (batch.kind === "value") return undefined;
  const all = [...batch.tensors.values()];
  return all.every(({ shape }) => shape[0] === total) ? (start, rows) => sliceTensors(batch, start, rows) : undefined;
}

function sliceTable({ columns }: ColumnsBatch, start: number, rows: number): ColumnsBatch {
  const sliced = new Map<string, Column>();
  for (const [name, column] of columns)
    sliced.set(name, { dtype: column.dtype, data: sliceData(column.data, start, start + rows) } as Column);
  return { kind: "columns", rows, columns: sliced };
}

function sliceTensors({ tensors }: TensorsBatch, start: number, rows: number): TensorsBatch {
  const sliced = new Map<string, Tensor>();
  for (const [name, { dtype, shape, data }] of tensors) {
    const inner = shape.slice(1);
    const size = elementCount(inner);
    const part = sliceData(data, start * size, (start + rows) * size);
    sliced.set(name, { dtype, shape: [rows, ...inner], data: part } as Tensor);
  }
  return { kind: "tensors", tensors: sliced };
}

function sliceData(data: Data, start: number, end: number): Data {
  return ArrayBuffer.isView(data) ? data.subarray(start, end) : data.slice(start, end);
}
