import { MlserveError, quoteName } from "../core/errors.js";
import type { ArchiveLimits } from "./archive-limits.js";
import { parsePaxRecords } from "./pax-records.js";

const BLOCK = 512;

/** What each type of entry is; a tar of a model holds files and folders and the headers that give them long names. */
const ENTRY_TYPES: Readonly<Record<string, string>> = {
  "1": "a hard link",
  "2": "a symbolic link",
  "3": "a character device",
  "4": "a block device",
  "6": "a pipe",
  "7": "a contiguous file",
  S: "a sparse file",
  D: "a dump of a folder",
  M: "a part of another volume",
  N: "an old long name",
  V: "a volume label",
};

/** A header that says more about the entry behind it. */
type Extension = "x" | "g" | "L";

/**
 * Follows the blocks of a tar while they pass, and refuses what tar readers take differently or not at all.
 *
 * tar-stream reads the entries; this sees to what it lets pass: an end that is missing or has something behind it,
 * numbers and attributes that are not well-formed, and attributes that change an entry's size behind its back.
 * Every fault is `invalid_package`.
 */
export class TarFrames {
  private readonly limits: ArchiveLimits;
  private readonly header = Buffer.alloc(BLOCK);
  private headerFill = 0;
  private toSkip = 0;
  private zeroBlocks = 0;
  private entries = 0;
  private totalBytes = 0;
  private extension: { kind: Extension; chunks: Buffer[]; missing: number } | undefined;
  /** The kinds of headers that wait for their entry. */
  private readonly pending = new Set<Extension>();
  private longName: string | undefined;
  private paxSize: number | undefined;

  constructor(limits: ArchiveLimits) {
    this.limits = limits;
  }

  push(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length && this.zeroBlocks < 2) {
      at += this.toSkip > 0 ? this.skip(chunk, at) : this.fillHeader(chunk, at);
    }
    checkZeros(chunk.subarray(at));
  }

  end(): void {
    if (this.zeroBlocks < 2)
      throw this.entries === 0 ? noArchive() : refusal("the archive is cut off: its end is missing");
  }

  private skip(chunk: Buffer, at: number): number {
    const part = chunk.subarray(at, at + this.toSkip);
    this.toSkip -= part.length;
    if (this.extension !== undefined) this.collect(this.extension, part);
    return part.length;
  }

  private collect(extension: NonNullable<TarFrames["extension"]>, part: Buffer): void {
    const wanted = part.subarray(0, extension.missing);
    extension.missing -= wanted.length;
    extension.chunks.push(Buffer.from(wanted));
    if (this.toSkip > 0) return;
    this.extension = undefined;
    this.applyExtension(extension.kind, Buffer.concat(extension.chunks));
  }

  private applyExtension(kind: Extension, content: Buffer): void {
    if (kind === "L") {
      this.setLongName(
        content.subarray(0, content.indexOf(0) === -1 ? undefined : content.indexOf(0)).toString("utf8"),
      );
      return;
    }
    for (const [key, value] of parsePaxRecords(content)) this.applyAttribute(kind, key, value);
  }

  private applyAttribute(kind: "x" | "g", key: string, value: string): void {
    if (/^(GNU\.sparse\.|SCHILY\.realsize)/.test(key)) throw refusal("is a sparse file", this.longName);
    // Readers disagree on attributes for all entries at once; git writes a harmless one.
    if (kind === "g" && key !== "comment")
      throw refusal(`attributes for all entries are not allowed: ${quoteName(key)}`);
    if (key === "path") this.setLongName(value);
    if (key === "size") this.paxSize = parseDecimal(value);
  }

  private setLongName(name: string): void {
    if (this.longName !== undefined) throw refusal("two headers name the same entry", name);
    if (name === "") throw refusal("a header with an empty name");
    this.longName = name;
  }

  private fillHeader(chunk: Buffer, at: number): number {
    const copied = chunk.copy(this.header, this.headerFill, at);
    this.headerFill += copied;
    if (this.headerFill === BLOCK) {
      this.headerFill = 0;
      this.readHeader();
    }
    return copied;
  }

  private readHeader(): void {
    if (isZero(this.header)) {
      if (this.pending.size > 0) throw refusal("a header without its entry", this.longName);
      this.zeroBlocks++;
      return;
    }
    if (this.zeroBlocks > 0) throw refusal("something stands behind the end of the archive");
    if (this.header.toString("latin1", 257, 262) !== "ustar")
      throw this.entries === 0 ? noArchive() : refusal("a damaged header");
    const type = String.fromCharCode(this.header[156] || 0x30);
    const size = parseSize(this.header);
    if (type === "x" || type === "g" || type === "L") this.startExtension(type, size);
    else if (type !== "K") this.startEntry(type, size);
    // The long target of a link, which is refused when it comes.
    else this.expect(this.checkHeaderBytes(size));
  }

  private startExtension(kind: Extension, size: number): void {
    this.expect(this.checkHeaderBytes(size));
    this.extension = { kind, chunks: [], missing: size };
    if (size === 0) throw refusal("an empty header");
    if (kind === "g") return;
    if (this.pending.has(kind)) throw refusal("two headers of one kind for the same entry", this.longName);
    this.pending.add(kind);
  }

  private checkHeaderBytes(size: number): number {
    if (size > this.limits.headerBytes) throw refusal(`a header of more than ${this.limits.headerBytes} bytes`);
    return size;
  }

  private startEntry(type: string, headerSize: number): void {
    const name = this.longName ?? shortName(this.header);
    const size = this.paxSize ?? headerSize;
    this.longName = undefined;
    this.paxSize = undefined;
    this.pending.clear();
    this.countEntry(size);
    if (type !== "0" && type !== "5")
      throw refusal(`is ${ENTRY_TYPES[type] ?? "of an unknown type"}: only files and folders are allowed`, name);
    const folder = type === "5" || name.endsWith("/");
    if (folder && size !== 0) throw refusal("is a folder with content of its own", name);
    this.expect(size);
  }

  private countEntry(size: number): void {
    this.entries++;
    this.totalBytes += size;
    const { entries, totalBytes } = this.limits;
    if (this.entries > entries) throw refusal(`more than ${entries} files and folders`);
    if (this.totalBytes > totalBytes) throw refusal(`more than ${totalBytes} bytes of files`);
  }

  private expect(size: number): void {
    this.toSkip = Math.ceil(size / BLOCK) * BLOCK;
  }
}

function isZero(bytes: Buffer): boolean {
  return bytes.every((byte) => byte === 0);
}

function checkZeros(rest: Buffer): void {
  if (!isZero(rest)) throw refusal("something stands behind the end of the archive");
}

function shortName(header: Buffer): string {
  const text = header.toString("utf8", 0, 100);
  const end = text.indexOf("\0");
  return end === -1 ? text : text.slice(0, end);
}

/** Octal digits, or a binary number behind the byte 0x80 for more than 8 GiB. */
function parseSize(header: Buffer): number {
  if (header[124] === 0x80) return checkedSize(Number(BigInt(`0x${header.toString("hex", 125, 136)}`)));
  const digits = /^ *([0-7]{1,12})[ \0]*$/.exec(header.toString("latin1", 124, 136))?.[1];
  if (digits === undefined) throw refusal("a damaged header: a size that is not a number", shortName(header));
  return Number.parseInt(digits, 8);
}

function parseDecimal(text: string): number {
  if (!/^\d{1,19}$/.test(text)) throw refusal("a damaged header: a size that is not a number");
  return checkedSize(Number(text));
}

function checkedSize(size: number): number {
  if (!Number.isSafeInteger(size)) throw refusal("a size that no file can have");
  return size;
}

function noArchive(): MlserveError {
  const hint = "Expected a package that mlserve pack wrote, or the folder of a model";
  return new MlserveError("invalid_package", "not a tar archive", { hint });
}

function refusal(reason: string, name?: string): MlserveError {
  return new MlserveError("invalid_package", reason, name === undefined ? {} : { where: `entry ${quoteName(name)}` });
}
