/** The formats that {@link makeTables} writes, each the ending of its file `table.*`. */
export const TABLE_FORMATS: readonly ["csv", "jsonl", "parquet", "arrow", "arrows"];

/** Writes the same table in every format: an `id`, and the eight float columns of trees100. */
export function makeTables(folder: string, rows: number): void;
