import { createReadStream } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import type { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { MlserveError } from "../core/errors.js";
import { fileSystemError } from "../format/file-system-error.js";
import type { Input } from "./row-source.js";

/** Larger than Node's 64 KiB: text is scanned chunk by chunk. */
const CHUNK_BYTES = 1024 * 1024;

/** Told how many bytes of the file are read; `total` is undefined for a stream. */
export type OnBytes = (done: number, total: number | undefined) => void;

export interface InputOptions {
  /** Is it compressed with gzip? */
  readonly gzip: boolean;
  readonly onBytes?: OnBytes;
}

/** Opens a file for reading. Throws `file_system`. */
export async function openFileInput(path: string, { gzip, onBytes = () => {} }: InputOptions): Promise<Input> {
  const where = "the input";
  const handle = await orFileSystemError(() => open(path, "r"), where);
  const stats = await orFileSystemError(() => handle.stat(), where);
  if (!stats.isFile()) {
    await handle.close();
    // A pipe has a name too, but no positions.
    if (stats.isDirectory()) throw new MlserveError("file_system", "is a folder: name a file in it", { where });
    return streamInput(createReadStream(path), { gzip, onBytes });
  }
  const { size } = stats;
  const stream = () => handle.createReadStream({ start: 0, autoClose: false, highWaterMark: CHUNK_BYTES });
  return {
    size,
    chunks: () => readChunks(stream(), gzip, (done) => onBytes(done, size)),
    readAt: gzip
      ? undefined
      : async (position, length) => {
          // What a damaged file says of itself makes no memory that it cannot fill.
          const there = Math.max(0, Math.min(length, size - position));
          const bytes = await orFileSystemError(() => readAt(handle, position, there), where);
          onBytes(Math.min(position + length, size), size);
          return bytes;
        },
    [Symbol.asyncDispose]: () => handle.close(),
  };
}

/** What comes through a pipe. */
export function streamInput(stream: Readable, { gzip, onBytes = () => {} }: InputOptions): Input {
  return {
    size: undefined,
    chunks: () => readChunks(stream, gzip, (done) => onBytes(done, undefined)),
    readAt: undefined,
    async [Symbol.asyncDispose]() {
      stream.destroy();
    },
  };
}

async function* readChunks(
  stream: Readable,
  gzip: boolean,
  onBytes: (done: number) => void,
): AsyncGenerator<Uint8Array> {
  let done = 0;
  const count = ({ length }: Uint8Array): void => {
    done += length;
    onBytes(done);
  };
  const source = gzip ? gunzip(stream, count) : stream;
  try {
    for await (const chunk of source) {
      if (!gzip) count(chunk);
      yield chunk;
    }
  } catch (error) {
    if (isGzipFault(error))
      throw new MlserveError("invalid_body", "the file is not gzip, or is damaged or cut off", { cause: error });
    throw fileSystemError(error, "the input");
  } finally {
    stream.destroy();
    source.destroy();
  }
}

function gunzip(stream: Readable, count: (chunk: Uint8Array) => void): Readable {
  const unpacked = createGunzip({ chunkSize: CHUNK_BYTES });
  stream.on("error", (error) => unpacked.destroy(error));
  stream.on("data", count);
  return stream.pipe(unpacked);
}

function isGzipFault(error: unknown): boolean {
  return error instanceof Error && "code" in error && String(error.code).startsWith("Z_");
}

async function readAt(handle: FileHandle, position: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let read = 0;
  while (read < length) {
    const { bytesRead } = await handle.read(bytes, read, length - read, position + read);
    if (bytesRead === 0) break;
    read += bytesRead;
  }
  return bytes.subarray(0, read);
}

async function orFileSystemError<T>(work: () => Promise<T>, where: string): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw fileSystemError(error, where);
  }
}
