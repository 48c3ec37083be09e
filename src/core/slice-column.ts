import type { Column } from "./tensor.js";

/** Values `start` up to `end` of a column, which share the memory of those in a typed array. */
export function sliceColumn(column: Column, start: number, end: number): Column {
  const { dtype, data } = column;
  if (start === 0 && end === data.length) return column;
  return { dtype, data: "subarray" in data ? data.subarray(start, end) : data.slice(start, end) } as Column;
}
