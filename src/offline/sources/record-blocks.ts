import { MlserveError } from "../../core/errors.js";

/** Finds where the records of a text end, in chunks that may part it anywhere. */
export interface RecordScanner {
  /** The position after the record that goes on at `from`; -1 where the chunk ends before it. */
  findEnd(chunk: Uint8Array, from: number): number;
  /** Is there nothing in the record that has just ended? */
  readonly isBlank: boolean;
  /** Line ends in the record that has just ended. */
  readonly lines: number;
  /** The text has ended. Throws `invalid_body` at `where` for a record that it must not cut off. */
  finish(where: string): void;
}

/** Records that lie in `bytes`, blank ones left out. */
export interface RecordBlock {
  readonly bytes: Buffer;
  readonly starts: readonly number[];
  readonly ends: readonly number[];
  /** The line that each record begins on, from 1. */
  readonly lines: readonly number[];
}

/** A longer record would have to be held in memory as a whole. */
const MAX_RECORD_BYTES = 64 * 1024 * 1024;
const MAX_BLOCK_BYTES = 16 * 1024 * 1024;

/**
 * Parts a text into blocks of records: the first of `firstRows`, the others of `rows`, fewer where they are long.
 *
 * Throws `invalid_body` for a record of more than 64 MiB.
 */
export async function* readRecordBlocks(
  chunks: AsyncIterable<Uint8Array>,
  scanner: RecordScanner,
  { firstRows, rows }: { firstRows: number; rows: number },
): AsyncGenerator<RecordBlock> {
  const builder = new BlockBuilder();
  let wanted = firstRows;
  for await (const chunk of chunks) {
    let from = 0;
    for (let end = scanner.findEnd(chunk, from); end >= 0; end = scanner.findEnd(chunk, from)) {
      builder.endRecord(end - from, scanner);
      from = end;
      if (builder.rows < wanted && builder.length < MAX_BLOCK_BYTES) continue;
      if (builder.rows === 0) continue;
      yield builder.take(chunk.subarray(0, from));
      wanted = rows;
      builder.startChunk(from);
    }
    builder.endChunk(chunk);
  }
  scanner.finish(builder.place);
  builder.endRecord(0, scanner);
  if (builder.rows > 0) yield builder.take(new Uint8Array());
}

class BlockBuilder {
  /** Bytes up to the end of the last record, counted from the start of the block. */
  length = 0;
  private chunks: Uint8Array[] = [];
  private held = 0;
  /** Where the block begins in the current chunk. */
  private chunkStart = 0;
  /** Bytes of the record that is not ended, in earlier chunks. */
  private open = 0;
  private starts: number[] = [];
  private ends: number[] = [];
  private lines: number[] = [];
  private line = 1;

  get rows(): number {
    return this.starts.length;
  }

  /** Where the record begins that goes on. */
  get place(): string {
    return `line ${this.line}`;
  }

  endRecord(bytesInChunk: number, { isBlank, lines }: RecordScanner): void {
    const end = this.length + this.open + bytesInChunk;
    if (end > this.length && !isBlank) {
      this.starts.push(this.length);
      this.ends.push(end);
      this.lines.push(this.line);
    }
    this.line += lines;
    this.length = end;
    this.open = 0;
  }

  endChunk(chunk: Uint8Array): void {
    const rest = chunk.subarray(this.chunkStart);
    this.chunks.push(rest);
    this.held += rest.length;
    this.open = this.held - this.length;
    this.chunkStart = 0;
    if (this.open <= MAX_RECORD_BYTES) return;
    throw new MlserveError("invalid_body", `a row is longer than ${MAX_RECORD_BYTES} bytes`, {
      where: this.place,
      hint: "Perhaps a quoted cell is not closed there",
    });
  }

  /** The block up to here; what of the chunk follows belongs to the next. */
  take(chunk: Uint8Array): RecordBlock {
    const bytes = Buffer.concat([...this.chunks, chunk.subarray(this.chunkStart)]);
    const block = { bytes, starts: this.starts, ends: this.ends, lines: this.lines };
    this.chunks = [];
    this.held = 0;
    this.length = 0;
    this.starts = [];
    this.ends = [];
    this.lines = [];
    return block;
  }

  startChunk(from: number): void {
    this.chunkStart = from;
  }
}
