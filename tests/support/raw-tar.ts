/** One header block and what stands behind it. Every field may be wrong: that is what it is for. */
export interface RawEntry {
  readonly name?: string | Buffer;
  readonly type?: string;
  readonly content?: string | Buffer;
  /** The 12 bytes of the size field. Default: the content's length in octal digits. */
  readonly size?: string | Buffer;
  readonly link?: string;
  readonly magic?: string;
  readonly checksum?: string;
}

const BLOCK = 512;

/** The blocks of one entry, its content padded. */
export function rawEntry({
  name = "file",
  type = "0",
  content = "",
  size,
  link = "",
  magic = "ustar\u000000",
  checksum,
}: RawEntry): Buffer {
  const header = Buffer.alloc(BLOCK);
  const body = Buffer.from(content);
  Buffer.from(name).copy(header, 0, 0, 100);
  header.write("0000644\u00000000000\u00000000000\u0000", 100, "latin1");
  Buffer.from(size ?? `${body.length.toString(8).padStart(11, "0")}\u0000`).copy(header, 124);
  header.write("00000000000\u0000", 136, "latin1");
  header.write(type, 156, "latin1");
  header.write(link, 157, "latin1");
  header.write(magic, 257, "latin1");
  header.write("        ", 148, "latin1");
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(checksum ?? `${sum.toString(8).padStart(6, "0")}\u0000 `, 148, "latin1");
  return Buffer.concat([header, body, Buffer.alloc((BLOCK - (body.length % BLOCK)) % BLOCK)]);
}

/** The header that gives the next entry attributes of its own. */
export function paxEntry(records: Readonly<Record<string, string>>, type: "x" | "g" = "x"): Buffer {
  const content = Object.entries(records).map(([key, value]) => paxRecord(key, value));
  return rawEntry({ name: "PaxHeader", type, content: content.join("") });
}

export function paxRecord(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`;
  const length = Buffer.byteLength(rest);
  const digits = String(length + String(length + 1).length).length;
  return `${length + digits}${rest}`;
}

/** The two blocks that end an archive. */
export const TAR_END = Buffer.alloc(2 * BLOCK);

/** A well-formed tar of files. */
export function tarOf(files: Readonly<Record<string, string | Buffer>>): Buffer {
  const entries = Object.entries(files).map(([name, content]) => rawEntry({ name, content }));
  return Buffer.concat([...entries, TAR_END]);
}

/** A size field for what octal digits have no room for. */
export function binarySize(size: bigint): Buffer {
  const field = Buffer.alloc(12);
  field.writeBigUInt64BE(size, 4);
  field[0] = 0x80;
  return field;
}

/** A tar of one entry with a size field of its own. */
export const sized = (size: string | Buffer): Buffer => Buffer.concat([rawEntry({ size, content: "" }), TAR_END]);
/** A tar of one entry with a name field of its own. */
export const named = (name: string | Buffer): Buffer => Buffer.concat([rawEntry({ name, content: "x" }), TAR_END]);
/** A tar of one entry with attributes of POSIX. */
export const withPax = (records: Record<string, string>, content = "x"): Buffer =>
  Buffer.concat([paxEntry(records), rawEntry({ name: "short", content }), TAR_END]);
