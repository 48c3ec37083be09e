import { type FileHandle, mkdir, open, statfs } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip, type Gunzip } from "node:zlib";
import { type Extract, type ExtractEvents, extract } from "tar-stream";
import { MlserveError, quoteName } from "../core/errors.js";
import { countBytes, type OnProgress } from "../core/progress.js";
import { type ArchiveLimits, DEFAULT_LIMITS } from "./archive-limits.js";
import { hashStream } from "./file-bytes.js";
import { createNameSet } from "./file-names.js";
import { fileSystemError } from "./file-system-error.js";
import { bothOrFirstFailure } from "./first-failure.js";
import type { ModelFile } from "./model-file.js";
import { TarFrames } from "./tar-frames.js";

/**
 * Unpacks a tar, or a gzipped one whatever its name, into an empty folder of the caller's, and hashes what it writes.
 *
 * Nothing is written but regular files and the folders above them, under names that are safe on every system; a
 * leading `./` is dropped. Throws `invalid_package` at the first thing that is wrong: the caller removes the folder.
 */
export async function extractArchive(
  archive: string,
  folder: string,
  limits: Partial<ArchiveLimits> = {},
  onProgress?: OnProgress,
): Promise<readonly ModelFile[]> {
  const handle = await open(archive);
  try {
    const { size } = await handle.stat();
    const onBytes = countBytes(onProgress, "unpack", size);
    return await extractFrom(handle, folder, { ...DEFAULT_LIMITS, ...limits }, onBytes);
  } catch (error) {
    throw toRefusal(error);
  } finally {
    await handle.close();
  }
}

async function extractFrom(
  handle: FileHandle,
  folder: string,
  limits: ArchiveLimits,
  onBytes: (bytes: number) => void,
): Promise<readonly ModelFile[]> {
  const gunzip = (await isGzip(handle)) ? createGunzip() : undefined;
  const source = handle.createReadStream({ start: 0, autoClose: false, highWaterMark: 256 * 1024 });
  const guard = createGuard(limits, gunzip, onBytes);
  const space = await freeBytes(folder);
  const reader = extract();
  // Both start at once: who listens to the reader later would miss that it failed, and wait for ever.
  const files = writeEntries(reader, folder, { limits, space });
  const feeding = gunzip === undefined ? pipeline(source, guard, reader) : pipeline(source, gunzip, guard, reader);
  const [written] = await bothOrFirstFailure(files, feeding);
  if (gunzip !== undefined) await checkConsumed(handle, gunzip);
  return written;
}

async function isGzip(handle: FileHandle): Promise<boolean> {
  const { buffer } = await handle.read(Buffer.alloc(6), 0, 6, 0);
  const format = OTHER_FORMATS.find(({ magic }) => buffer.toString("latin1").startsWith(magic));
  if (format !== undefined)
    throw new MlserveError("invalid_package", `is ${format.name}: expected a .tar or a .tar.gz`);
  return buffer[0] === 0x1f && buffer[1] === 0x8b;
}

const OTHER_FORMATS = [
  { magic: "PK\u0003\u0004", name: "a zip archive" },
  { magic: "BZh", name: "compressed with bzip2" },
  { magic: "\u00fd7zXZ", name: "compressed with xz" },
  { magic: "(\u00b5/\u00fd", name: "compressed with zstd" },
];

/** Watches what comes out of the archive, before anyone reads it. */
function createGuard(limits: ArchiveLimits, gunzip: Gunzip | undefined, onBytes: (bytes: number) => void): Transform {
  const frames = new TarFrames(limits);
  let unpacked = 0;
  let told = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      unpacked += chunk.length;
      const read = gunzip?.bytesWritten ?? unpacked;
      onBytes(read - told);
      told = read;
      const bomb =
        gunzip !== undefined && unpacked > limits.ratioFromBytes && unpacked > limits.ratio * gunzip.bytesWritten;
      finish(done, () => (bomb ? refuseBomb() : frames.push(chunk)), chunk);
    },
    flush(done) {
      finish(done, () => frames.end());
    },
  });
}

function finish(done: (error: Error | null, chunk?: Buffer) => void, check: () => void, chunk?: Buffer): void {
  try {
    check();
  } catch (error) {
    done(error instanceof Error ? error : new Error("unknown", { cause: error }));
    return;
  }
  done(null, chunk);
}

function refuseBomb(): never {
  throw new MlserveError("invalid_package", "unpacks to far more than any model does: refused as a bomb", {
    hint: "Pack it as a plain .tar",
  });
}

interface Room {
  readonly limits: ArchiveLimits;
  /** Bytes that are free where the files are written. */
  readonly space: number;
}

type Entry = ExtractEvents["entry"][1];

async function writeEntries(reader: Extract, folder: string, { limits, space }: Room): Promise<ModelFile[]> {
  const names = createNameSet();
  const files: ModelFile[] = [];
  let total = 0;
  for await (const entry of reader) {
    const { name, kind, bytes } = readEntryHeader(entry);
    if (kind === "file") names.addFile(name);
    else if (name !== "") names.addFolder(name);
    if (names.folders > limits.entries)
      throw new MlserveError("invalid_package", `more than ${limits.entries} folders`);
    total += bytes;
    if (total > space)
      throw new MlserveError("file_system", "no space left to unpack the archive", {
        where: "the folder for temporary files",
      });
    if (kind === "file") files.push(await writeEntry(entry, folder, name));
    // Its stream has to end before the next one comes.
    else entry.resume();
  }
  return files;
}

interface EntryHeader {
  /** Without a leading `./` and a folder's `/`; empty for the top folder itself. */
  readonly name: string;
  readonly kind: "file" | "folder";
  readonly bytes: number;
}

function readEntryHeader({ header }: Entry): EntryHeader {
  const { name, type, size = 0 } = header;
  // Old tars mark a folder by the slash alone.
  const folder = type === "directory" || (type === "file" && name.endsWith("/"));
  if (!folder && type !== "file")
    throw new MlserveError("invalid_package", "is neither a file nor a folder", { where: `entry ${quoteName(name)}` });
  const relative = name === "." ? "" : name.replace(/^(\.\/)+/, "");
  return folder
    ? { name: relative.replace(/\/$/, ""), kind: "folder", bytes: 0 }
    : { name: relative, kind: "file", bytes: size };
}

async function writeEntry(entry: Entry, folder: string, name: string): Promise<ModelFile> {
  const path = join(folder, ...name.split("/"));
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  // "wx": whatever a file system takes for the same name, nothing is ever written through.
  await using file = await open(path, "wx", 0o600);
  // tar-stream gives nothing but buffers; its types do not say so.
  return { name, ...(await hashStream(entry as AsyncIterable<Buffer>, (chunk) => file.writeFile(chunk))) };
}

async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

/** zlib stops at the end of what it understands and says nothing of the rest. */
async function checkConsumed(handle: FileHandle, gunzip: Gunzip): Promise<void> {
  const { size } = await handle.stat();
  if (gunzip.bytesWritten !== size)
    throw new MlserveError("invalid_package", "something stands behind the end of the compressed archive");
}

const ZLIB_REASONS: Readonly<Record<string, string>> = {
  Z_BUF_ERROR: "the archive is cut off: the end of its compressed data is missing",
  Z_DATA_ERROR: "the compressed data is damaged",
};

function toRefusal(cause: unknown): unknown {
  if (!(cause instanceof Error) || cause instanceof MlserveError) return cause;
  const code = "code" in cause && typeof cause.code === "string" ? cause.code : "";
  if (code.startsWith("Z_"))
    return new MlserveError("invalid_package", ZLIB_REASONS[code] ?? "the compressed data is damaged", { cause });
  if ("syscall" in cause) return fileSystemError(cause, "unpacking the archive");
  return new MlserveError("invalid_package", "not a well-formed tar archive", { cause });
}
