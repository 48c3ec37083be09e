import { closeSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { AsyncByteQueue, makeVector, RecordBatchFileWriter, RecordBatchStreamWriter, Table } from "apache-arrow";
import { ByteWriter, ParquetWriter } from "hyparquet-writer";

/** Rows of a row group or a record batch, and of a piece of text. */
const GROUP_ROWS = 50_000;
const WIDTH = 8;
const FEATURES = Array.from({ length: WIDTH }, (_, i) => `f${i}`);

/** The formats that {@link makeTables} writes, each the ending of its file `table.*`. */
export const TABLE_FORMATS = /** @type {const} */ (["csv", "jsonl", "parquet", "arrow", "arrows"]);

/**
 * Writes the same table of `rows` rows in every format: an `id`, and the eight float columns of trees100. Holds no more
 * than a group of rows.
 *
 * @param {string} folder @param {number} rows
 */
export function makeTables(folder, rows) {
  const writers = [csvWriter, jsonlWriter, parquetWriter, arrowWriter, arrowStreamWriter].map((make, i) => {
    const file = openSync(join(folder, `table.${TABLE_FORMATS[i]}`), "w");
    const writer = make((bytes) => void writeSync(file, bytes));
    return { ...writer, close: () => closeSync(file) };
  });
  const random = createRandom();
  for (let start = 0; start < rows; start += GROUP_ROWS) {
    const length = Math.min(GROUP_ROWS, rows - start);
    const ids = BigInt64Array.from({ length }, (_, i) => BigInt(start + i));
    const columns = FEATURES.map(() => Float32Array.from({ length }, random));
    for (const { write } of writers) write(ids, columns);
  }
  for (const { finish, close } of writers) {
    finish();
    close();
  }
}

/** @typedef {(bytes: Uint8Array | string) => void} Put @typedef {(ids: BigInt64Array, columns: Float32Array[]) => void} Write */

/** Numbers from -2 to 2 with four digits, the same in every run. */
function createRandom() {
  let seed = 1;
  return () => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    return Math.round((seed / 0x7fff_ffff) * 40_000 - 20_000) / 10_000;
  };
}

/** @param {Float32Array[]} columns @param {number} row */
function numbersOf(columns, row) {
  return columns.map((column) => String(Number((column[row] ?? 0).toFixed(4))));
}

/** @param {Put} put */
function csvWriter(put) {
  put(`id,${FEATURES.join(",")}\n`);
  return textWriter(put, (id, numbers) => `${id},${numbers.join(",")}\n`);
}

/** @param {Put} put */
function jsonlWriter(put) {
  const keys = FEATURES.map((name) => JSON.stringify(name));
  return textWriter(put, (id, numbers) => `{"id":${id},${numbers.map((text, i) => `${keys[i]}:${text}`).join(",")}}\n`);
}

/** @param {Put} put @param {(id: bigint, numbers: string[]) => string} line */
function textWriter(put, line) {
  /** @type {Write} */
  const write = (ids, columns) => {
    let text = "";
    for (const [row, id] of ids.entries()) text += line(id, numbersOf(columns, row));
    put(text);
  };
  return { write, finish: () => {} };
}

/** @param {Put} put */
function parquetWriter(put) {
  class FileWriter extends ByteWriter {
    flush() {
      put(this.getBytes());
      this.index = 0;
    }
    finish() {
      this.flush();
    }
  }
  const required = /** @type {const} */ ({ repetition_type: "REQUIRED" });
  const writer = new ParquetWriter({
    writer: new FileWriter(),
    schema: [
      { name: "root", num_children: 1 + WIDTH },
      { name: "id", type: "INT64", ...required },
      ...FEATURES.map((name) => ({ name, type: /** @type {const} */ ("FLOAT"), ...required })),
    ],
  });
  /** @type {Write} */
  const write = (ids, columns) => {
    const features = columns.map((data, i) => ({ name: `f${i}`, data }));
    void writer.write({ columnData: [{ name: "id", data: ids }, ...features], rowGroupSize: ids.length });
  };
  return { write, finish: () => void writer.finish() };
}

/** @param {Put} put */
function arrowWriter(put) {
  return batchWriter(put, new RecordBatchFileWriter());
}

/** @param {Put} put */
function arrowStreamWriter(put) {
  return batchWriter(put, new RecordBatchStreamWriter());
}

/** @param {Put} put @param {RecordBatchFileWriter | RecordBatchStreamWriter} writer */
function batchWriter(put, writer) {
  class Queue extends AsyncByteQueue {
    /** @param {Uint8Array} bytes */
    write(bytes) {
      put(bytes);
    }
  }
  writer.reset(new Queue());
  /** @type {Write} */
  const write = (ids, columns) => {
    const vectors = columns.map((column, i) => [`f${i}`, makeVector(column)]);
    const table = new Table(Object.fromEntries([["id", makeVector(ids)], ...vectors]));
    for (const batch of table.batches) writer.write(batch);
  };
  return { write, finish: () => void writer.finish() };
}
