import { compileCsvDecoder } from "../../codec/decode/csv/decode-csv.js";
import { readCsvTable } from "../../codec/decode/csv/table.js";
import type { Decoder } from "../../codec/decode/reference.js";
import type { Batch } from "../../core/batch.js";
import { OWN_DATA_LIMITS } from "../../core/decode-limits.js";
import { MlserveError } from "../../core/errors.js";
import type { Signature } from "../../format/signature.js";
import type { Input, OutputColumn, ReadPlan, RowBlock } from "../row-source.js";
import { requireTensors } from "./check-columns.js";
import { CsvScanner } from "./csv-scanner.js";
import { missingKept } from "./kept-columns.js";
import { decodeSomeRows, pinColumns } from "./pin-columns.js";
import { type RecordBlock, readRecordBlocks } from "./record-blocks.js";
import { recordBytes, textRows } from "./text-rows.js";

/** Reads a CSV file: every part of it goes with the header through the decoder of `text/csv` bodies. */
export async function* readCsvBlocks(input: Input, plan: ReadPlan): AsyncGenerator<RowBlock> {
  const rows = { firstRows: 1, rows: plan.blockRows };
  let table: CsvFile | undefined;
  let firstRow = 0;
  for await (const block of readRecordBlocks(input.chunks(), new CsvScanner(), rows)) {
    if (table === undefined) table = new CsvFile(block, plan);
    else yield table.toBlock(block, firstRow);
    if (table.header !== block) firstRow += block.starts.length;
  }
  if (table === undefined) throw new MlserveError("invalid_body", "expected a header line, got an empty CSV");
}

class CsvFile {
  readonly header: RecordBlock;
  private readonly headerBytes: Buffer;
  private readonly plan: ReadPlan;
  private decoder: Decoder | undefined;

  constructor(header: RecordBlock, plan: ReadPlan) {
    this.header = header;
    // A header that ends the file has no line end of its own.
    this.headerBytes = Buffer.concat([header.bytes, Buffer.from("\n")]);
    this.plan = plan;
    const names = this.read(Buffer.alloc(0), (all) => [...all.keys()]).map(({ name }) => name);
    const missing = plan.keep.find((name) => !names.includes(name));
    if (missing !== undefined) throw missingKept(missing, names);
    const { inputs } = plan.signature;
    if (inputs?.kind === "tensors") requireTensors(inputs, names);
    if (inputs !== undefined) this.decoder = compileCsvDecoder(plan.signature, plan.coercion);
    // A table of no rows fails for its header alone.
    if (inputs?.kind === "columns") this.decoder?.(this.headerBytes);
  }

  toBlock(block: RecordBlock, firstRow: number): RowBlock {
    this.decoder ??= this.pin(block);
    const { decoder } = this;
    return {
      ...textRows(block, firstRow),
      decode: (start, end) => decoder(this.withHeader(block, start, end)).batch,
      keep: (start, end) => this.keep(recordBytes(block, start, end)),
    };
  }

  private pin(block: RecordBlock): Decoder {
    const guess = compileCsvDecoder(this.plan.signature, this.plan.coercion);
    const decode = (start: number, end: number): Batch => guess(this.withHeader(block, start, end)).batch;
    const some = decodeSomeRows(decode, 0, block.starts.length);
    if (some === undefined) return guess;
    const signature: Signature = { ...this.plan.signature, inputs: pinColumns(some, { nested: false }) };
    return compileCsvDecoder(signature, this.plan.coercion);
  }

  private withHeader(block: RecordBlock, start: number, end: number): Buffer {
    return Buffer.concat([this.headerBytes, recordBytes(block, start, end)]);
  }

  /** Texts as they stand in the file. */
  private keep(bytes: Buffer): OutputColumn[] {
    if (this.plan.keep.length === 0) return [];
    const columns = this.read(bytes, (names) => this.plan.keep.map((name) => names.indexOf(name)));
    return columns.map(({ name, cells }) => ({ name, inner: [], column: { dtype: "object", data: cells } }));
  }

  private read(bytes: Buffer, choose: (names: readonly string[]) => number[]) {
    const body = Buffer.concat([this.headerBytes, bytes]);
    return readCsvTable(body, choose, { coercion: this.plan.coercion, limits: OWN_DATA_LIMITS }).columns;
  }
}
