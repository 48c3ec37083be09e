import { COERCIONS } from "../../codec/decode/coercion.js";
import { guessColumn } from "../../codec/decode/guess.js";
import { compileRowsDecoder, type RowsDecoder } from "../../codec/decode/reference.js";
import type { Batch } from "../../core/batch.js";
import { MlserveError } from "../../core/errors.js";
import { type JsonValue, parseJson } from "../../core/json.js";
import type { Schema } from "../../format/signature.js";
import type { Input, OutputColumn, ReadPlan, RowBlock } from "../row-source.js";
import { LineScanner } from "./line-scanner.js";
import { decodeSomeRows, pinColumns } from "./pin-columns.js";
import { type RecordBlock, readRecordBlocks } from "./record-blocks.js";
import { recordBytes, textRows } from "./text-rows.js";

/** A line as it was parsed, or why it could not be. */
type Line = { readonly value: JsonValue } | { readonly error: MlserveError };

/** Reads a file with a JSON value on each line: objects as `dataframe_records`, anything else as `instances`. */
export async function* readJsonlBlocks(input: Input, plan: ReadPlan): AsyncGenerator<RowBlock> {
  const rows = { firstRows: plan.blockRows, rows: plan.blockRows };
  const compile = (inputs: Schema | undefined): RowsDecoder =>
    compileRowsDecoder(inputs, { coercion: plan.coercion, unsigned: plan.unsigned });
  let decoder = plan.signature.inputs === undefined ? undefined : compile(plan.signature.inputs);
  let firstRow = 0;
  for await (const block of readRecordBlocks(input.chunks(), new LineScanner(), rows)) {
    const lines = parseLines(block, firstRow === 0, plan);
    decoder ??= pinDecoder(lines, compile);
    yield toBlock(block, firstRow, lines, decoder, plan);
    firstRow += lines.length;
  }
}

function parseLines(block: RecordBlock, isFirst: boolean, { coercion }: ReadPlan): Line[] {
  const options = { nonFinite: true, repeatedKeys: coercion.repeatedKeys } as const;
  return block.starts.map((_, row) => {
    const bytes = recordBytes(block, row, row + 1);
    try {
      return { value: parseJson(isFirst && row === 0 ? withoutMark(bytes) : bytes, options) };
    } catch (error) {
      if (error instanceof MlserveError) return { error };
      throw error;
    }
  });
}

function withoutMark(bytes: Buffer): Buffer {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;
}

/** Only a table has columns whose types can be kept. */
function pinDecoder(lines: readonly Line[], compile: (inputs: Schema | undefined) => RowsDecoder): RowsDecoder {
  const guess = compile(undefined);
  const some = decodeSomeRows((start, end) => decodeLines(lines, start, end, guess), 0, lines.length);
  return some?.kind === "columns" ? compile(pinColumns(some, { nested: true })) : guess;
}

function decodeLines(lines: readonly Line[], start: number, end: number, decoder: RowsDecoder): Batch {
  const values = lines.slice(start, end).map(valueOfLine);
  return values.some((value) => value instanceof Map) ? decoder.fromRecords(values) : decoder.fromInstances(values);
}

function valueOfLine(line: Line): JsonValue {
  if ("error" in line) throw line.error;
  return line.value;
}

function toBlock(
  block: RecordBlock,
  firstRow: number,
  lines: readonly Line[],
  decoder: RowsDecoder,
  { keep }: ReadPlan,
): RowBlock {
  return {
    ...textRows(block, firstRow),
    decode: (start, end) => decodeLines(lines, start, end, decoder),
    keep: (start, end) => keep.map((name) => keepKey(name, lines.slice(start, end))),
  };
}

/** The type that pandas would give the values; a line without the key has none. */
function keepKey(name: string, lines: readonly Line[]): OutputColumn {
  const cells = lines.map((line) => ("value" in line && line.value instanceof Map ? line.value.get(name) : null));
  return {
    name,
    inner: [],
    column: guessColumn(
      cells.map((cell) => cell ?? null),
      COERCIONS.safe.casts,
    ),
  };
}
