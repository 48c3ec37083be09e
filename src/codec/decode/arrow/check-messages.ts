import type { TableBudget } from "../tables/budget.js";
import { FlatTable } from "./flat-table.js";

const CONTINUATION = -1;
const HEADERS = { schema: 1, dictionaryBatch: 2, recordBatch: 3 } as const;
const UNION_TYPE = 14;
const MAX_DEPTH = 64;
const MAX_FIELDS = 20_000;

/** What a value costs in memory, whatever its type. */
const VALUE_BYTES = 8;

/**
 * Walks over the messages of an Arrow stream before they are read, and refuses those whose parts lie outside of them.
 *
 * apache-arrow takes a message's word for the length of its vectors, and follows a text as often as it is pointed to;
 * a few bytes could fill the memory. Throws RangeErrors, or what the budget throws.
 */
export function checkStream(stream: Uint8Array, budget: TableBudget): void {
  const view = viewOf(stream);
  let at: number | undefined = 0;
  while (at !== undefined && at + 4 <= view.byteLength) at = checkMessageAt(view, at, budget);
}

const FILE_MAGIC = Buffer.from("ARROW1", "latin1");
/** Where a message lies in a file: its position, and the lengths of its two parts. */
const BLOCK_BYTES = 24;

/** Does a body begin like an Arrow file, which has its messages listed at the end? */
export function isArrowFile(body: Uint8Array): boolean {
  return FILE_MAGIC.equals(body.subarray(0, FILE_MAGIC.length));
}

/** {@link checkStream} for the messages that an Arrow file lists. */
export function checkFile(file: Uint8Array, budget: TableBudget): void {
  const view = viewOf(file);
  const end = file.length - FILE_MAGIC.length - 4;
  const length = view.getInt32(end, true);
  if (!FILE_MAGIC.equals(file.subarray(end + 4)) || length <= 0 || length > end)
    throw new RangeError("a file without its list");
  const footer = FlatTable.root(new DataView(view.buffer, view.byteOffset + end - length, length));
  const schema = footer.table(1);
  if (schema !== undefined) checkSchema(schema, budget);
  checkNotes(footer, 4, budget);
  // Of another kind than it is listed as, a message would be read again and again.
  for (const at of footer.firstLongs(2, BLOCK_BYTES))
    checkMessageAt(view, toLength(at), budget, HEADERS.dictionaryBatch);
  for (const at of footer.firstLongs(3, BLOCK_BYTES)) checkMessageAt(view, toLength(at), budget, HEADERS.recordBatch);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** The position after a message and its body; undefined at the end of a stream. */
function checkMessageAt(view: DataView, start: number, budget: TableBudget, type?: number): number | undefined {
  // Before version 0.15 a message began with its length.
  const at = view.getInt32(start, true) === CONTINUATION ? start + 8 : start + 4;
  const length = view.getInt32(at - 4, true);
  if (length === 0 && type === undefined) return undefined;
  if (length <= 0 || at + length > view.byteLength) throw new RangeError("a message leaves its stream");
  const end = at + length + checkMessage(new DataView(view.buffer, view.byteOffset + at, length), budget, type);
  if (end > view.byteLength) throw new RangeError("the body of a message leaves its stream");
  return end;
}

/** The length of the message's body. */
function checkMessage(view: DataView, budget: TableBudget, type: number | undefined): number {
  const message = FlatTable.root(view);
  if (type !== undefined && message.byte(1) !== type)
    throw new RangeError("a message of another kind than it is listed as");
  checkNotes(message, 4, budget);
  const header = message.table(2);
  if (header !== undefined) checkHeader(message.byte(1), header, budget);
  return toLength(message.long(3));
}

function checkHeader(type: number, header: FlatTable, budget: TableBudget): void {
  if (type === HEADERS.schema) checkSchema(header, budget);
  else if (type === HEADERS.recordBatch) checkBatch(header, budget);
  else if (type === HEADERS.dictionaryBatch) checkBatch(header.table(1) ?? header, budget);
}

function checkSchema(schema: FlatTable, budget: TableBudget): void {
  if (schema.short(0) !== 0) throw new RangeError("big-endian numbers");
  schema.vector(3, 8);
  checkNotes(schema, 2, budget);
  let fields = 0;
  function checkFields(parent: FlatTable, vector: number, depth: number): void {
    if (depth > MAX_DEPTH) throw new RangeError("types nested too deep");
    for (const field of parent.tables(vector)) {
      if (++fields > MAX_FIELDS) throw new RangeError("too many fields");
      budget.spend(field.textLength(0));
      checkNotes(field, 6, budget);
      if (field.byte(2) === UNION_TYPE) field.table(3)?.vector(1, 4);
      checkFields(field, 5, depth + 1);
    }
  }
  checkFields(schema, 1, 0);
}

/** Keys and values that go with a message, a schema or a field. */
function checkNotes(owner: FlatTable, vector: number, budget: TableBudget): void {
  for (const note of owner.tables(vector)) budget.spend(VALUE_BYTES + note.textLength(0) + note.textLength(1));
}

function checkBatch(batch: FlatTable, budget: TableBudget): void {
  const rows = toLength(batch.long(0));
  for (const length of batch.firstLongs(1, 16)) budget.spend(toLength(length) * VALUE_BYTES);
  budget.spend(rows);
  batch.vector(2, 16);
  batch.vector(4, 8);
}

function toLength(value: bigint): number {
  if (value < 0n || value > 0x7fffffffn) throw new RangeError("an impossible length");
  return Number(value);
}
