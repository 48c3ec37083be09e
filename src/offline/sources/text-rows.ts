import type { RecordBlock } from "./record-blocks.js";

/** The lines and numbers of the rows in a block of text. */
export function textRows({ lines }: RecordBlock, firstRow: number) {
  return { rows: lines.length, firstRow, lineOf: (row: number): number | undefined => lines[row] };
}

/** The text of some records of a block. */
export function recordBytes({ bytes, starts, ends }: RecordBlock, start: number, end: number): Buffer {
  return end > start ? bytes.subarray(starts[start], ends[end - 1]) : bytes.subarray(0, 0);
}
