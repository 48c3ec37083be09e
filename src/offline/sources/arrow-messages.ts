import { isArrowFile } from "../../codec/decode/arrow/check-messages.js";
import { FlatTable } from "../../codec/decode/arrow/flat-table.js";
import type { Input } from "../row-source.js";
import { ByteReader, joinBytes } from "./byte-reader.js";

/** One message of an Arrow stream, with its body and the length before it. */
export interface ArrowMessage {
  readonly kind: "schema" | "dictionary" | "batch" | "other";
  /** Of a dictionary. */
  readonly id: bigint;
  /** Does a dictionary go on with the one of the same id before it? */
  readonly isDelta: boolean;
  readonly bytes: Uint8Array;
}

type ReadBytes = (length: number) => Promise<Uint8Array>;

const SCHEMA_KIND = 1;
const KINDS: Readonly<Record<number, ArrowMessage["kind"]>> = { [SCHEMA_KIND]: "schema", 2: "dictionary", 3: "batch" };
const CONTINUATION = -1;
const MAGIC_BYTES = 8;
const LENGTH_AND_MAGIC_BYTES = 10;
const BLOCK_BYTES = 24;
const MAX_BYTES = 0x7fffffff;

/**
 * Reads the messages of an Arrow stream one by one, or those that an Arrow file lists at its end. A file that comes as a
 * stream is read as the stream that it holds.
 *
 * Throws RangeErrors.
 */
export async function* readArrowMessages(input: Input): AsyncGenerator<ArrowMessage> {
  const { readAt, size } = input;
  if (readAt !== undefined && size !== undefined && isArrowFile(await readAt(0, MAGIC_BYTES))) {
    yield* listedMessages(readAt, size);
    return;
  }
  await using reader = new ByteReader(input.chunks());
  const head = await reader.read(MAGIC_BYTES);
  let held: Uint8Array | undefined = isArrowFile(head) ? undefined : head;
  const read: ReadBytes = async (length) => {
    const first = held?.subarray(0, length) ?? new Uint8Array();
    held = held === undefined || held.length <= length ? undefined : held.subarray(length);
    const rest = length > first.length ? await reader.read(length - first.length) : new Uint8Array();
    return first.length === 0 ? rest : joinBytes([first, rest]);
  };
  for (let message = await readMessage(read); message !== undefined; message = await readMessage(read)) yield message;
}

/** The schema of the list, then dictionaries and batches in its order. */
async function* listedMessages(readAt: NonNullable<Input["readAt"]>, size: number): AsyncGenerator<ArrowMessage> {
  const end = size - LENGTH_AND_MAGIC_BYTES;
  const tail = await exactly(readAt, Math.max(end, 0), LENGTH_AND_MAGIC_BYTES);
  const length = viewOf(tail).getInt32(0, true);
  if (!isArrowFile(tail.subarray(4)) || length <= 0 || length > end) throw new RangeError("a file without its list");
  const list = await exactly(readAt, end - length, length);
  const footer = FlatTable.root(viewOf(list));
  yield { kind: "schema", id: 0n, isDelta: false, bytes: schemaMessage(list, footer) };
  for (const place of [...footer.firstLongs(2, BLOCK_BYTES), ...footer.firstLongs(3, BLOCK_BYTES)]) {
    let at = Number(place);
    const message = await readMessage(async (bytes) => {
      const part = await exactly(readAt, at, bytes);
      at += bytes;
      return part;
    });
    if (message === undefined) throw new RangeError("no message where one is listed");
    yield message;
  }
}

/** Where the list is put behind the table that makes a message of its schema. */
const LIST_START = 32;

/**
 * The schema of a file's list as a message of a stream. Not every file begins with one: apache-arrow's do not.
 *
 * A flatbuffers table may point to any other behind it, so the list itself goes into the message as it is.
 */
function schemaMessage(list: Uint8Array, footer: FlatTable): Uint8Array {
  const schema = footer.table(1);
  if (schema === undefined) throw new RangeError("a list without a schema");
  const length = Math.ceil((LIST_START + list.length) / 8) * 8;
  const bytes = new Uint8Array(8 + length);
  viewOf(bytes).setInt32(0, CONTINUATION, true);
  viewOf(bytes).setInt32(4, length, true);
  const view = new DataView(bytes.buffer, 8);
  view.setUint32(0, 16, true);
  // The vtable: its own size, that of the table, and where version, kind and header stand in that.
  for (const [i, size] of [10, 12, 8, 10, 4].entries()) view.setUint16(4 + 2 * i, size, true);
  view.setInt32(16, 12, true);
  view.setUint32(20, LIST_START + schema.position - 20, true);
  view.setInt16(24, footer.short(0), true);
  view.setUint8(26, SCHEMA_KIND);
  bytes.set(list, 8 + LIST_START);
  return bytes;
}

async function exactly(readAt: NonNullable<Input["readAt"]>, position: number, length: number): Promise<Uint8Array> {
  const bytes = await readAt(position, length);
  if (bytes.length < length) throw new RangeError("a message leaves its file");
  return bytes;
}

/** undefined at the end of a stream. */
async function readMessage(read: ReadBytes): Promise<ArrowMessage | undefined> {
  const first = await read(4);
  if (first.length === 0) return undefined;
  if (first.length < 4) throw new RangeError("a message is cut off");
  // Before version 0.15 a message began with its length.
  const isNew = viewOf(first).getInt32(0, true) === CONTINUATION;
  const prefix = isNew ? joinBytes([first, await read(4)]) : first;
  if (isNew && prefix.length < 8) throw new RangeError("a message is cut off");
  const length = viewOf(prefix).getInt32(prefix.length - 4, true);
  if (length === 0) return undefined;
  if (length < 0) throw new RangeError("an impossible length");
  const metadata = await read(length);
  const message = FlatTable.root(viewOf(metadata));
  const bodyLength = Number(message.long(3));
  if (bodyLength < 0 || bodyLength > MAX_BYTES) throw new RangeError("an impossible length");
  const body = await read(bodyLength);
  if (metadata.length < length || body.length < bodyLength) throw new RangeError("a message is cut off");
  const header = message.table(2);
  return {
    kind: KINDS[message.byte(1)] ?? "other",
    id: header?.long(0) ?? 0n,
    isDelta: (header?.byte(2) ?? 0) !== 0,
    bytes: joinBytes([prefix, metadata, body]),
  };
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
