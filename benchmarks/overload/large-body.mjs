/** So many different rows, again and again: what the whole is to be follows from what these are. */
export const DISTINCT_ROWS = 1000;

const COLUMNS = ["f0", "f1", "f2", "f3", "f4", "f5", "f6", "f7"];

/** A body for the model trees100, in JSON. @param {number} rows fewer than {@link DISTINCT_ROWS}, or a multiple of it */
export function largeBody(rows) {
  const head = `{"dataframe_split":{"columns":${JSON.stringify(COLUMNS)},"data":[`;
  const distinct = Math.min(rows, DISTINCT_ROWS);
  const block = Array.from({ length: distinct }, (_, row) => JSON.stringify(COLUMNS.map((_, i) => value(row, i))));
  const blocks = new Array(rows / distinct).fill(block.join(","));
  return Buffer.from(`${head}${blocks.join(",")}]}}`);
}

/** Between -2 and 2, with seven digits. @param {number} row @param {number} column */
function value(row, column) {
  return Math.round(((((row * 8 + column + 1) * 7919) % 40_009) / 10_002.25 - 2) * 1e7) / 1e7;
}
