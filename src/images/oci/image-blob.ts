import { open } from "node:fs/promises";
import { fileSystemError } from "../../format/file-system-error.js";
import { digestOf } from "./digest.js";
import type { Descriptor } from "./documents.js";

/** Bytes that are known by their digest and can be read again: of a layer, a config or a manifest. */
export interface ImageBlob {
  readonly descriptor: Descriptor;
  /** The bytes from `start` on (default: all of them). Throws what reading them throws; the caller reads or leaves. */
  open(start?: number): AsyncIterable<Uint8Array>;
}

/** Bytes in memory. */
export function toBlob(mediaType: string, bytes: Uint8Array, rest: Partial<Descriptor> = {}): ImageBlob {
  return {
    descriptor: { mediaType, digest: digestOf(bytes), size: bytes.length, ...rest },
    async *open(start = 0) {
      yield bytes.subarray(start);
    },
  };
}

/** A part of a file that nobody changes meanwhile: the whole one, or an entry of a tar. */
export function fileBlob(descriptor: Descriptor, path: string, offset = 0): ImageBlob {
  return {
    descriptor,
    async *open(start = 0) {
      if (start < descriptor.size) yield* readRange(path, offset + start, offset + descriptor.size);
    },
  };
}

const CHUNK_BYTES = 256 * 1024;

/** The bytes of a file from `start` up to `end`, or to the file's end where that comes first. Throws `file_system`. */
export async function* readRange(path: string, start: number, end: number): AsyncGenerator<Uint8Array, void> {
  try {
    await using file = await open(path);
    for (let at = start; at < end; ) {
      const length = Math.min(CHUNK_BYTES, end - at);
      const { buffer, bytesRead } = await file.read(Buffer.allocUnsafeSlow(length), 0, length, at);
      if (bytesRead === 0) return;
      at += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  } catch (error) {
    throw fileSystemError(error, "reading a layer");
  }
}

/** All bytes at once, for what is known to be small. */
export async function readAll(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return Buffer.concat(parts);
}
