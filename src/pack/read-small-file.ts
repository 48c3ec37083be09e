import { readFile, stat } from "node:fs/promises";
import { MlserveError } from "../core/errors.js";

const MAX_BYTES = 64 * 1024 * 1024;

/** A file that is small by nature. Throws the system's error, or `usage` for one that is not. */
export async function readSmallFile(path: string): Promise<Uint8Array> {
  const stats = await stat(path);
  if (stats.size > MAX_BYTES) throw new MlserveError("usage", `the file has more than ${MAX_BYTES} bytes`);
  return readFile(path);
}
