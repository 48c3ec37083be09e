import { BinaryReader, BinaryWriter, WireType } from "@bufbuild/protobuf/wire";

/** Takes one field's value from the reader; false when it is not of the wire type that the schema says. */
export type FieldReader = (reader: BinaryReader, wire: WireType) => boolean;
export type FieldReaders = Readonly<Record<number, FieldReader>>;

/** To the runtime, a byte order mark is part of a text. */
const UTF8 = new TextDecoder("utf-8", { ignoreBOM: true });

export function textField(take: (text: string) => void): FieldReader {
  return (reader, wire) => {
    if (wire !== WireType.LengthDelimited) return false;
    take(UTF8.decode(reader.bytes()));
    return true;
  };
}

/** `take` gets a view of the message's bytes, not a copy. */
export function messageField(take: (message: Uint8Array) => void): FieldReader {
  return (reader, wire) => {
    if (wire !== WireType.LengthDelimited) return false;
    take(reader.bytes());
    return true;
  };
}

/**
 * A message that may stand once. Protobuf merges a repeated one, and a reader that does not must not differ from one
 * that does: it is refused.
 */
export function singleMessageField(take: (message: Uint8Array) => void): FieldReader {
  let seen = false;
  return messageField((message) => {
    if (seen) throw new RangeError("a message that may stand once stands twice");
    seen = true;
    take(message);
  });
}

/** A 32-bit integer or an enumeration. */
export function numberField(take: (value: number) => void): FieldReader {
  return (reader, wire) => {
    if (wire !== WireType.Varint) return false;
    take(reader.int32());
    return true;
  };
}

/** An int64, packed or not. */
export function integerField(take: (value: bigint) => void): FieldReader {
  return (reader, wire) => {
    if (wire === WireType.Varint) {
      take(BigInt(reader.int64()));
      return true;
    }
    if (wire !== WireType.LengthDelimited) return false;
    const packed = new BinaryReader(reader.bytes());
    while (packed.pos < packed.len) take(BigInt(packed.int64()));
    return true;
  };
}

/** Reads the fields of a message that `fields` names and skips the others. Throws when the bytes are no message. */
export function readFields(message: Uint8Array, fields: FieldReaders): void {
  const reader = new BinaryReader(message);
  while (reader.pos < reader.len) {
    const start = reader.pos;
    const { no, wire } = readTag(reader);
    if (fields[no]?.(reader, wire) === true) continue;
    skipValue(reader, message, no, wire);
    if (wire === WireType.Bit32 || wire === WireType.Varint) skipAlike(reader, message, message[start] ?? 0);
  }
  requireEnd(reader);
}

/** What becomes of a field: `keep` as it is, `drop` it, or the parts of its new content. */
export type FieldEdit = (content: Uint8Array) => "keep" | "drop" | readonly Uint8Array[];
export type FieldEdits = Readonly<Record<number, FieldEdit>>;

export const dropField: FieldEdit = () => "drop";

/**
 * Edits fields of a message. What is kept is passed on as views of `message`; `appended` are encoded fields for its end.
 *
 * Gives the parts of the new message; undefined when nothing changed.
 */
export function editFields(
  message: Uint8Array,
  edits: FieldEdits,
  appended: readonly Uint8Array[] = [],
): Uint8Array[] | undefined {
  const reader = new BinaryReader(message);
  const parts: Uint8Array[] = [];
  let keptFrom = 0;
  while (reader.pos < reader.len) {
    const start = reader.pos;
    const { no, wire } = readTag(reader);
    const content = readContent(reader, message, no, wire);
    const edited = edits[no]?.(content) ?? "keep";
    if (edited === "keep") continue;
    parts.push(message.subarray(keptFrom, start));
    keptFrom = reader.pos;
    if (edited !== "drop") appendAll(parts, encodeMessageField(no, edited));
  }
  requireEnd(reader);
  if (parts.length === 0 && appended.length === 0) return undefined;
  parts.push(message.subarray(keptFrom));
  appendAll(parts, appended);
  return parts;
}

/** A length-delimited field around content that lies in parts. */
export function encodeMessageField(no: number, content: readonly Uint8Array[]): Uint8Array[] {
  const head = new BinaryWriter().tag(no, WireType.LengthDelimited).uint32(totalLength(content)).finish();
  return [head, ...content];
}

export function encodeTextField(no: number, text: string): Uint8Array {
  return new BinaryWriter().tag(no, WireType.LengthDelimited).string(text).finish();
}

export function encodeNumberField(no: number, value: number): Uint8Array {
  return new BinaryWriter().tag(no, WireType.Varint).int32(value).finish();
}

export function totalLength(parts: readonly Uint8Array[]): number {
  return parts.reduce((length, part) => length + part.length, 0);
}

function readTag(reader: BinaryReader): { no: number; wire: WireType } {
  const tag = reader.uint32();
  return { no: tag >>> 3, wire: tag & 7 };
}

function readContent(reader: BinaryReader, message: Uint8Array, no: number, wire: WireType): Uint8Array {
  if (wire === WireType.LengthDelimited) return reader.bytes();
  const start = reader.pos;
  skipValue(reader, message, no, wire);
  return message.subarray(start, reader.pos);
}

/** The library's `skip` makes a view of every value, which is dear where a forest has millions of unpacked numbers. */
function skipValue(reader: BinaryReader, message: Uint8Array, no: number, wire: WireType): void {
  if (no === 0) throw new RangeError("a field without a number");
  if (wire === WireType.Bit32) reader.pos += 4;
  else if (wire === WireType.Bit64) reader.pos += 8;
  else if (wire === WireType.LengthDelimited) skipLengthDelimited(reader);
  else if (wire === WireType.Varint) skipVarint(reader, message);
  else reader.skip(wire, no);
}

/** A forest has thousands of numbers in a row, each behind the same tag, which are one step while no code is compiled. */
function skipAlike(reader: BinaryReader, message: Uint8Array, tag: number): void {
  // A tag of more bytes is that of no list of numbers.
  if (tag >= 0x80) return;
  let position = reader.pos;
  if ((tag & 7) === WireType.Bit32) {
    while (message[position] === tag) position += 5;
  } else {
    while (message[position] === tag) {
      position++;
      while ((message[position] ?? 0) >= 0x80) position++;
      position++;
    }
  }
  reader.pos = position;
}

function skipLengthDelimited(reader: BinaryReader): void {
  const length = reader.uint32();
  reader.pos += length;
}

function skipVarint(reader: BinaryReader, message: Uint8Array): void {
  let position = reader.pos;
  while ((message[position] ?? 0) >= 0x80) position++;
  reader.pos = position + 1;
}

function requireEnd(reader: BinaryReader): void {
  if (reader.pos !== reader.len) throw new RangeError("a field reaches beyond the end of its message");
}

function appendAll(parts: Uint8Array[], more: readonly Uint8Array[]): void {
  for (const part of more) parts.push(part);
}
