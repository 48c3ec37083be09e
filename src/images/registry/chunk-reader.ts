import type { ImageBlob } from "../oci/image-blob.js";

/** Reads a blob chunk by chunk, and only once as long as each begins where the one before ended. */
export interface ChunkReader {
  /** The bytes from `start` on, `length` of them or those up to the end. */
  read(start: number, length: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

export function createChunkReader(blob: ImageBlob): ChunkReader {
  let source: AsyncIterator<Uint8Array> | undefined;
  let next = 0;
  let rest: Uint8Array = new Uint8Array(0);

  async function close(): Promise<void> {
    await source?.return?.();
    source = undefined;
    rest = new Uint8Array(0);
  }

  async function read(start: number, length: number): Promise<Uint8Array> {
    if (source === undefined || start !== next) {
      await close();
      source = blob.open(start)[Symbol.asyncIterator]();
    }
    const parts: Uint8Array[] = [];
    let bytes = 0;
    while (bytes < length) {
      if (rest.length === 0) {
        const { value, done } = await source.next();
        if (done === true) break;
        rest = value;
      }
      const part = rest.subarray(0, length - bytes);
      rest = rest.subarray(part.length);
      bytes += part.length;
      parts.push(part);
    }
    next = start + bytes;
    // What a blob checks at its end is checked before its last bytes are given away.
    if (next === blob.descriptor.size && rest.length === 0) await source.next();
    return Buffer.concat(parts, bytes);
  }

  return { read, close };
}
