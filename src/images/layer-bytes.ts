import { stat } from "node:fs/promises";
import { fileSystemError } from "../format/file-system-error.js";
import type { ImageFile } from "./image.js";

/** Bytes of all files of a layer. Throws `file_system`. */
export async function layerBytes(files: readonly ImageFile[]): Promise<number> {
  const sizes = await Promise.all(files.map(sizeOf));
  return sizes.reduce((sum, bytes) => sum + bytes, 0);
}

async function sizeOf({ path, source }: ImageFile): Promise<number> {
  if (typeof source !== "string") return source.length;
  try {
    return (await stat(source)).size;
  } catch (error) {
    throw fileSystemError(error, `the file for ${path}`);
  }
}
