import { type FileHandle, open } from "node:fs/promises";
import { posix } from "node:path";
import { MlserveError } from "../../core/errors.js";
import { fileSystemError } from "../../format/file-system-error.js";
import { parsePaxRecords } from "../../format/pax-records.js";

const BLOCK = 512;
const MOST_ENTRIES = 100_000;
const MOST_HEADER_BYTES = 1024 * 1024;

/** A file within a tar: where its bytes begin, and how many they are. */
export interface TarPlace {
  readonly offset: number;
  readonly size: number;
}

/**
 * Finds the files of a tar without reading them; links are followed. Throws `invalid_image` for what is no tar, and
 * `file_system`. `where` is what to call it in an error.
 */
export async function indexTar(path: string, where: string): Promise<ReadonlyMap<string, TarPlace>> {
  try {
    await using file = await open(path);
    const places = new Map<string, TarPlace>();
    const links = new Map<string, string>();
    for await (const { name, type, link, place } of walk(file, (await file.stat()).size, where)) {
      if (type === "0") places.set(name, place);
      // docker save writes a layer once and links to it.
      else if (type === "1" || type === "2")
        links.set(name, type === "1" ? link : posix.join(posix.dirname(name), link));
      if (places.size + links.size > MOST_ENTRIES) throw damaged(where, `has more than ${MOST_ENTRIES} files`);
    }
    for (const [name, target] of links) {
      const place = places.get(posix.normalize(target));
      if (place !== undefined) places.set(name, place);
    }
    return places;
  } catch (error) {
    throw fileSystemError(error, where);
  }
}

interface Entry {
  readonly name: string;
  readonly type: string;
  readonly link: string;
  readonly place: TarPlace;
}

async function* walk(file: FileHandle, end: number, where: string): AsyncGenerator<Entry, void> {
  let told: { name?: string; size?: number } = {};
  for (let at = 0; at + BLOCK <= end; ) {
    const header = await readBytes(file, at, BLOCK);
    if (header.every((byte) => byte === 0)) return;
    if (header.toString("latin1", 257, 262) !== "ustar") throw notTar(header, where);
    const type = String.fromCharCode(header[156] || 0x30);
    const size = told.size ?? sizeOf(header, where);
    const place = { offset: at + BLOCK, size };
    if (place.offset + size > end) throw damaged(where, "is cut off");
    at = place.offset + Math.ceil(size / BLOCK) * BLOCK;
    if (type === "x" || type === "L") told = { ...told, ...(await readExtension(file, type, place, where)) };
    else if (type !== "g") {
      const name = posix.normalize(told.name ?? nameOf(header));
      yield { name, type, link: textAt(header, 157, 100), place };
      told = {};
    }
  }
}

async function readExtension(
  file: FileHandle,
  type: "x" | "L",
  { offset, size }: TarPlace,
  where: string,
): Promise<{ name?: string; size?: number }> {
  if (size > MOST_HEADER_BYTES) throw damaged(where, "has a header without end");
  const content = await readBytes(file, offset, size);
  if (type === "L") return { name: textAt(content, 0, size) };
  const records = new Map(parsePaxRecords(content));
  const [path, bytes] = [records.get("path"), Number(records.get("size"))];
  return { ...(path === undefined ? {} : { name: path }), ...(Number.isSafeInteger(bytes) ? { size: bytes } : {}) };
}

async function readBytes(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}

function nameOf(header: Buffer): string {
  const prefix = textAt(header, 345, 155);
  const name = textAt(header, 0, 100);
  // GNU's own kind of header has times in the place of the prefix.
  return prefix === "" || header.toString("latin1", 257, 263) !== "ustar\0" ? name : `${prefix}/${name}`;
}

function textAt(bytes: Buffer, start: number, length: number): string {
  const text = bytes.toString("utf8", start, start + length);
  const end = text.indexOf("\0");
  return end === -1 ? text : text.slice(0, end);
}

function sizeOf(header: Buffer, where: string): number {
  if (header[124] === 0x80) return Number(BigInt(`0x${header.toString("hex", 125, 136)}`));
  const size = Number.parseInt(header.toString("latin1", 124, 136).trim(), 8);
  if (!Number.isSafeInteger(size)) throw damaged(where, "has a damaged header");
  return size;
}

function notTar(header: Buffer, where: string): MlserveError {
  const gzip = header[0] === 0x1f && header[1] === 0x8b;
  const hint = gzip ? "Unpack it with gunzip first" : "Expected what docker save or skopeo copy writes";
  return new MlserveError("invalid_image", gzip ? "is compressed" : "is no tar archive", { where, hint });
}

function damaged(where: string, reason: string): MlserveError {
  return new MlserveError("invalid_image", reason, { where });
}
