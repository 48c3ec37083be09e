import { once } from "node:events";
import type { FileHandle } from "node:fs/promises";
import type { Writable } from "node:stream";
import { promisify } from "node:util";
import { gzip } from "node:zlib";

/** Takes bytes in order, and waits while it cannot take more. */
export interface ByteSink {
  write(bytes: Uint8Array): Promise<void>;
}

export function fileSink(handle: FileHandle): ByteSink {
  return {
    async write(bytes) {
      for (let at = 0; at < bytes.length; ) at += (await handle.write(bytes, at)).bytesWritten;
    },
  };
}

const compress = promisify(gzip);

/** Compresses what goes into a sink: each piece becomes a member of its own, which every reader of gzip puts together. */
export function gzipSink(sink: ByteSink): ByteSink {
  return { write: async (bytes) => await sink.write(await compress(bytes)) };
}

/** A stream that somebody else closes. A reader that went away is for them to see. */
export function streamSink(stream: Writable): ByteSink {
  return {
    async write(bytes) {
      if (bytes.length > 0 && !stream.write(bytes) && !stream.destroyed)
        await Promise.race([once(stream, "drain"), once(stream, "close")]);
    },
  };
}
