import { type Batch, type ColumnsBatch, type TensorsBatch, UNNAMED } from "../../core/batch.js";
import { formatDatetime } from "../../core/datetime-text.js";
import { type Column, NOT_A_TIME } from "../../core/tensor.js";

/**
 * What a function is given of a batch.
 *
 * A table is a list of rows, objects without a prototype in the order of the signature; a tensor is itself
 * (`{ dtype, shape, data }`), several are an object of them; a JSON value is itself.
 */
export function toFunctionInput(batch: Batch): unknown {
  switch (batch.kind) {
    case "columns":
      return toRows(batch);
    case "tensors":
      return toTensors(batch);
    case "value":
      return batch.value;
  }
}

function toTensors({ tensors }: TensorsBatch): unknown {
  return (tensors.size === 1 ? tensors.get(UNNAMED) : undefined) ?? withoutPrototype(tensors);
}

/** An object whose only keys are its own, whatever they are called. */
export function withoutPrototype<T>(entries: Iterable<readonly [string, T]>): Record<string, T> {
  const object: Record<string, T> = Object.create(null);
  for (const [key, value] of entries) object[key] = value;
  return object;
}

function toRows({ rows, columns }: ColumnsBatch): unknown[] {
  const list = Array.from({ length: rows }, (): Record<string, unknown> => Object.create(null));
  for (const [name, column] of columns) {
    const cell = compileCell(column);
    for (let row = 0; row < rows; row++) {
      const object = list[row];
      if (object !== undefined) object[name] = cell(row);
    }
  }
  return list;
}

/** The value of one row in everyday JavaScript: missing is null, an integer beyond 2^53 a bigint. */
function compileCell(column: Column): (row: number) => unknown {
  switch (column.dtype) {
    case "bool":
      return (row) => column.data[row] === 1;
    case "int64":
    case "uint64":
      return (row) => toInteger(column.data[row] ?? 0n);
    case "datetime":
      return (row) => {
        const value = column.data[row] ?? NOT_A_TIME;
        return value === NOT_A_TIME ? null : formatDatetime(value);
      };
    default:
      return (row) => {
        const value: unknown = column.data[row];
        return value === undefined || Number.isNaN(value) ? null : value;
      };
  }
}

function toInteger(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
