import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { MlserveError } from "../../core/errors.js";
import { fileSystemError } from "../../format/file-system-error.js";
import { type ImageBlob, readRange } from "../oci/image-blob.js";

/** A blob that is read from far away once, when it is first opened, and kept in this folder for the next time. */
export function keptBlob(blob: ImageBlob, folder: string, onBytes: (bytes: number) => void = () => {}): ImageBlob {
  const { descriptor } = blob;
  const path = join(folder, `blob-${descriptor.digest.replace(":", "-")}`);
  let kept: Promise<void> | undefined;
  return {
    descriptor,
    async *open(start = 0) {
      kept ??= keep(blob, path, onBytes);
      await kept;
      yield* readRange(path, start, descriptor.size);
    },
  };
}

async function keep(blob: ImageBlob, path: string, onBytes: (bytes: number) => void): Promise<void> {
  async function* counted(): AsyncGenerator<Uint8Array, void> {
    for await (const chunk of blob.open()) {
      onBytes(chunk.length);
      yield chunk;
    }
  }
  try {
    await pipeline(Readable.from(counted(), { objectMode: false }), createWriteStream(path));
  } catch (error) {
    if (error instanceof MlserveError) throw error;
    throw fileSystemError(error, "the folder for temporary files");
  }
}
