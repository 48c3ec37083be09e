import type { Coercion } from "../codec/decode/coercion.js";
import type { Batch } from "../core/batch.js";
import type { Column } from "../core/tensor.js";
import type { Predictor } from "../flavors/flavor.js";
import type { Signature } from "../format/signature.js";

/** A column of the output: `inner` is the shape of each row's value, `[]` for a single one, laid out flat. */
export interface OutputColumn {
  readonly name: string;
  readonly inner: readonly number[];
  readonly column: Column;
}

/** Rows of a file that are in memory. Parts of it can be decoded on their own, so that bad rows can be found. */
export interface RowBlock {
  readonly rows: number;
  /** The number of its first row in the file, from 0. */
  readonly firstRow: number;
  /** The line of the file that a row begins on, from 1; undefined for formats without lines. */
  lineOf(row: number): number | undefined;
  /** Rows `start` up to `end`, as a request with just these would be read. Throws the 4xx rows of the error table. */
  decode(start: number, end: number): Batch;
  /** The columns to keep beside the predictions. */
  keep(start: number, end: number): OutputColumn[];
}

/** What of the model decides how a file is read. */
export interface ReadPlan {
  readonly signature: Signature;
  readonly coercion: Coercion;
  readonly unsigned: Predictor["unsigned"];
  /** The names of the columns to keep. */
  readonly keep: readonly string[];
  /** Rows that a block of a text format has. */
  readonly blockRows: number;
}

/** Reads a file block by block. Throws what is wrong with the file as a whole: no row of it can be skipped. */
export type ReadBlocks = (input: Input, plan: ReadPlan) => AsyncIterable<RowBlock>;

/** Where rows are read from. */
export interface Input extends AsyncDisposable {
  /** Bytes in all; undefined for a stream. */
  readonly size: number | undefined;
  /** All bytes in order, decompressed. */
  chunks(): AsyncIterable<Uint8Array>;
  /** Bytes at a position; undefined for a stream, which has none. */
  readonly readAt: ((position: number, length: number) => Promise<Uint8Array>) | undefined;
}
