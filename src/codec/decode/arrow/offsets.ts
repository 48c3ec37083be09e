/** Where the value of a row starts and ends in what all rows share. */
export interface Ranges {
  start(row: number): number;
  end(row: number): number;
}

/** Ranges that follow each other within `size` values. Throws a RangeError for any that do not. */
export function checkedRanges(offsets: unknown, rows: number, size: number): Ranges {
  if (rows === 0) return { start: () => 0, end: () => 0 };
  const isLarge = offsets instanceof BigInt64Array;
  if (!isLarge && !(offsets instanceof Int32Array)) throw new RangeError("no offsets");
  if (offsets.length <= rows) throw new RangeError("too few offsets");
  const ends = isLarge ? Float64Array.from(offsets.subarray(0, rows + 1), Number) : offsets;
  let last = ends[0] ?? 0;
  if (last < 0) throw new RangeError("a negative offset");
  for (let row = 1; row <= rows; row++) {
    const next = ends[row] ?? 0;
    if (next < last) throw new RangeError("offsets that go back");
    last = next;
  }
  if (last > size) throw new RangeError("an offset beyond the values");
  return { start: (row) => ends[row] ?? 0, end: (row) => ends[row + 1] ?? 0 };
}

/** Ranges of one length. Throws a RangeError where they do not fit into `size` values. */
export function evenRanges(length: number, rows: number, size: number): Ranges {
  if (!(length >= 0) || length * rows > size) throw new RangeError("too few values for lists of one length");
  return { start: (row) => row * length, end: (row) => (row + 1) * length };
}
