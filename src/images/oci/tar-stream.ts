import { MlserveError } from "../../core/errors.js";

const BLOCK = 512;
const NAME_BYTES = 100;
/** What eleven octal digits hold. */
const MOST_OCTAL = 8 ** 11;

/** A file of a tar, or a folder, whose name ends in a slash and which has no bytes. */
export interface TarEntry {
  readonly name: string;
  readonly mode: number;
  readonly size: number;
  open(): AsyncIterable<Uint8Array>;
}

/**
 * The bytes of a tar: of owner 0, from the start of 1970, in the order given. The same entries give the same bytes.
 *
 * Names that are long or not in ASCII, and sizes of 8 GiB and more, are told in a pax header before the entry.
 */
export async function* streamTar(
  entries: Iterable<TarEntry> | AsyncIterable<TarEntry>,
): AsyncGenerator<Uint8Array, void> {
  for await (const entry of entries) {
    yield headerOf(entry);
    yield* bodyOf(entry);
    yield padding(entry.size);
  }
  yield Buffer.alloc(2 * BLOCK);
}

/** Bytes of the tar that {@link streamTar} writes. */
export function tarBytes(entries: Iterable<TarEntry>): number {
  let bytes = 2 * BLOCK;
  for (const entry of entries) bytes += headerOf(entry).length + roundUp(entry.size);
  return bytes;
}

async function* bodyOf({ size, open }: TarEntry): AsyncGenerator<Uint8Array, void> {
  let bytes = 0;
  for await (const chunk of open()) {
    bytes += chunk.length;
    yield chunk;
  }
  if (bytes !== size) throw new MlserveError("file_system", "a file changed while it was read");
}

function headerOf(entry: TarEntry): Buffer {
  const { name, size, mode } = entry;
  const attributes = [
    // biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII is what a plain header holds.
    ...(Buffer.byteLength(name) > NAME_BYTES || /[^\x00-\x7f]/.test(name) ? [paxRecord("path", name)] : []),
    ...(size >= MOST_OCTAL ? [paxRecord("size", String(size))] : []),
  ];
  const type = name.endsWith("/") ? "5" : "0";
  const header = ustar({ name, size: Math.min(size, MOST_OCTAL - 1), mode, type });
  return attributes.length === 0 ? header : Buffer.concat([paxEntry(Buffer.concat(attributes)), header]);
}

function paxEntry(content: Buffer): Buffer {
  const header = ustar({ name: "PaxHeader", size: content.length, mode: 0o644, type: "x" });
  return Buffer.concat([header, content, padding(content.length)]);
}

/** `"<length> <key>=<value>\n"`, the length counting the whole record. */
function paxRecord(key: string, value: string): Buffer {
  const rest = Buffer.byteLength(` ${key}=${value}\n`);
  let length = rest + String(rest).length;
  // The digits of the length may add one to it.
  if (String(length).length > String(rest).length) length = rest + String(length).length;
  return Buffer.from(`${length} ${key}=${value}\n`);
}

interface Fields {
  readonly name: string;
  readonly size: number;
  readonly mode: number;
  readonly type: string;
}

function ustar({ name, size, mode, type }: Fields): Buffer {
  const header = Buffer.alloc(BLOCK);
  header.write(cutName(name), 0, "utf8");
  header.write(octal(mode, 7), 100);
  header.write(octal(0, 7), 108);
  header.write(octal(0, 7), 116);
  header.write(octal(size, 11), 124);
  header.write(octal(0, 11), 136);
  header.write(type, 156);
  header.write("ustar\u000000", 257);
  header.write(checksum(header), 148);
  return header;
}

/** For readers that know no pax headers: as much of the name as fits, no character cut in two. */
function cutName(name: string): string {
  if (Buffer.byteLength(name) <= NAME_BYTES) return name;
  return Buffer.from(name)
    .subarray(0, NAME_BYTES)
    .toString("utf8")
    .replace(/\ufffd+$/, "");
}

function octal(value: number, digits: number): string {
  return `${value.toString(8).padStart(digits, "0")}\0`;
}

/** The sum of all bytes of the header, its own field counted as spaces. */
function checksum(header: Buffer): string {
  const sum = header.reduce((total, byte) => total + byte, 8 * 0x20);
  return `${sum.toString(8).padStart(6, "0")}\0 `;
}

function roundUp(bytes: number): number {
  return Math.ceil(bytes / BLOCK) * BLOCK;
}

function padding(bytes: number): Buffer {
  return Buffer.alloc(roundUp(bytes) - bytes);
}
