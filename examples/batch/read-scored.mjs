/*
 * Reads a scored file back and counts.
 *
 *   node read-scored.mjs scored.parquet
 */
import { asyncBufferFromFile, parquetReadObjects } from "hyparquet";

const rows = await parquetReadObjects({ file: await asyncBufferFromFile(process.argv[2]) });
const scored = rows.filter(({ guess }) => guess !== null);
const right = scored.filter(({ guess, species }) => guess === species);
console.log(`${rows.length} rows, ${scored.length} scored, ${right.length} as the botanist said`);
