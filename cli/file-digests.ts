import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import type { ModelFiles } from "../src/format/model.js";

/** A file of a model. `sha256` is hexadecimal. */
export interface FileDigest {
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** Sizes and digests of every file, as they lie on the disk now. */
export async function digestFiles(files: ModelFiles): Promise<FileDigest[]> {
  const digests: FileDigest[] = [];
  for (const name of files.names) {
    const hash = createHash("sha256");
    await pipeline(createReadStream(files.path(name)), hash);
    digests.push({ name, bytes: files.size(name), sha256: hash.digest("hex") });
  }
  return digests;
}
