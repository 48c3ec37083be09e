import type { ColumnMetaData, PageHeader } from "hyparquet";
import { parquetHeader } from "hyparquet/src/column.js";
import { deltaBinaryUnpack } from "hyparquet/src/delta.js";
import type { TableBudget } from "../tables/budget.js";
import { decompressPage } from "./decompressors.js";

/** A column of leaves: how deep its values are nested, and how its bytes are compressed. */
export interface LeafColumn {
  readonly metadata: ColumnMetaData;
  readonly maxRepetition: number;
  readonly maxDefinition: number;
}

/**
 * Walks over the pages of a column before they are read, and refuses those that would become much more than they say.
 *
 * hyparquet takes a page's word for its size and the number of its values, and repeats a value as often as a run
 * says; a few bytes could fill the memory. Throws RangeErrors, or what the budget throws.
 */
export function checkPages(chunk: Uint8Array, leaf: LeafColumn, budget: TableBudget): void {
  const reader = { view: viewOf(chunk), offset: 0 };
  while (reader.offset < chunk.length - 1) {
    const header = parquetHeader(reader);
    const end = reader.offset + header.compressed_page_size;
    if (!(end >= reader.offset && end <= chunk.length)) throw new RangeError("a page leaves its column");
    checkPage(header, chunk.subarray(reader.offset, end), leaf, budget);
    reader.offset = end;
  }
}

/** What a value costs in memory, whatever its type. */
const VALUE_BYTES = 8;

function checkPage(header: PageHeader, bytes: Uint8Array, leaf: LeafColumn, budget: TableBudget): void {
  const values =
    (header.data_page_header ?? header.data_page_header_v2 ?? header.dictionary_page_header)?.num_values ?? 0;
  budget.spend(header.uncompressed_page_size + values * VALUE_BYTES);
  if (header.data_page_header !== undefined) {
    const page = decompressPage(leaf.metadata.codec, bytes, header.uncompressed_page_size);
    const afterRepetition = checkLevels(page, 0, leaf.maxRepetition, values);
    const start = checkLevels(page, afterRepetition, leaf.maxDefinition, values);
    checkValues(page.subarray(start), header.data_page_header.encoding, leaf, values, budget);
  } else if (header.data_page_header_v2 !== undefined) {
    checkSecondVersion(header, header.data_page_header_v2, bytes, leaf, budget);
  }
}

type SecondVersion = NonNullable<PageHeader["data_page_header_v2"]>;

function checkSecondVersion(
  header: PageHeader,
  second: SecondVersion,
  bytes: Uint8Array,
  leaf: LeafColumn,
  budget: TableBudget,
): void {
  const {
    num_values: values,
    repetition_levels_byte_length: repetition,
    definition_levels_byte_length: definition,
  } = second;
  if (repetition < 0 || definition < 0 || repetition + definition > bytes.length)
    throw new RangeError("levels leave their page");
  checkLevelRuns(bytes.subarray(0, repetition), leaf.maxRepetition, values);
  checkLevelRuns(bytes.subarray(repetition, repetition + definition), leaf.maxDefinition, values);
  const content = bytes.subarray(repetition + definition);
  const codec = second.is_compressed === false ? "UNCOMPRESSED" : leaf.metadata.codec;
  const page = decompressPage(codec, content, header.uncompressed_page_size - repetition - definition);
  checkValues(page, second.encoding, leaf, values, budget);
}

/** Levels of the first version of pages: their length, and runs. */
function checkLevels(page: Uint8Array, start: number, maxLevel: number, values: number): number {
  if (maxLevel === 0) return start;
  const end = start + 4 + viewOf(page).getUint32(start, true);
  checkLevelRuns(page.subarray(start + 4, end), maxLevel, values);
  return end;
}

/** Levels are read on into what follows, where they are not one for each value. */
function checkLevelRuns(bytes: Uint8Array, maxLevel: number, values: number): void {
  if (maxLevel === 0) return;
  if (checkRuns(bytes, 32 - Math.clz32(maxLevel), values) < values) throw new RangeError("a page has too few levels");
}

function checkValues(
  bytes: Uint8Array,
  encoding: string,
  { metadata }: LeafColumn,
  values: number,
  budget: TableBudget,
): void {
  if (encoding.endsWith("_DICTIONARY") && bytes.length > 0) checkRuns(bytes.subarray(1), bytes[0] ?? 0, values);
  else if (encoding === "RLE" && metadata.type === "BOOLEAN") checkRuns(bytes.subarray(4), 1, values);
  else if (encoding === "DELTA_BYTE_ARRAY") budget.spend(sharedPrefixes(bytes, values));
}

/** No run may be longer than the page has values. Gives the number of values in the runs. */
function checkRuns(bytes: Uint8Array, width: number, values: number): number {
  if (width === 0) return values;
  if (width > 32) throw new RangeError("a page has values of more than 32 bits");
  let seen = 0;
  for (let at = 0; at < bytes.length && seen < values; ) {
    const { value: head, end } = readVarint(bytes, at);
    const count = head & 1 ? (head >>> 1) * 8 : head >>> 1;
    // hyparquet reads a byte of a packed run that has none, and would find other runs from there on than these.
    if (head & 1 ? count === 0 : count > values) throw new RangeError("a run of nothing, or longer than its page");
    seen += count;
    at = end + (head & 1 ? (head >>> 1) * width : Math.ceil(width / 8));
  }
  return seen;
}

/** The bytes that texts take over from the text before, which stand in the page but once. */
function sharedPrefixes(bytes: Uint8Array, values: number): number {
  const miniblocks = readVarint(bytes, readVarint(bytes, 0).end);
  const count = Math.min(readVarint(bytes, miniblocks.end).value >>> 0, values);
  const lengths = new Int32Array(count);
  if (count > 0) deltaBinaryUnpack({ view: viewOf(bytes), offset: 0 }, count, lengths);
  return lengths.reduce((sum, length) => sum + Math.max(length, 0), 0);
}

function readVarint(bytes: Uint8Array, start: number): { value: number; end: number } {
  let value = 0;
  for (let at = start, shift = 0; at < bytes.length && shift < 35; at++, shift += 7) {
    const byte = bytes[at] ?? 0;
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) return { value, end: at + 1 };
  }
  throw new RangeError("a number is not ended");
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
