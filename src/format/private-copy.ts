import { constants } from "node:fs";
import { copyFile, mkdir, open, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { countBytes, type OnProgress } from "../core/progress.js";
import { CHECKSUMS_FILE } from "./checksums.js";
import { changedWhileRead, hashStream, streamFile } from "./file-bytes.js";
import type { FoundFile } from "./model-files.js";
import type { HashedFile } from "./read-model.js";

/**
 * Copies the files of a model into an empty folder of the caller's, and gives the copies: what becomes of the files later
 * changes nothing for who uses them. Where the model has a list of checksums, they are hashed on the way.
 *
 * Throws `file_system` for a file that changes meanwhile; errors of the system as they come.
 */
export async function copyPrivately(
  files: readonly FoundFile[],
  folder: string,
  onProgress?: OnProgress,
): Promise<readonly HashedFile[]> {
  const isListed = files.some(({ name }) => name === CHECKSUMS_FILE);
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  const onBytes = countBytes(onProgress, "check", total);
  const copies: HashedFile[] = [];
  for (const file of files) {
    const path = join(folder, ...file.name.split("/"));
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    copies.push(isListed ? await copyHashed(file, path, onBytes) : await copyWhole(file, path, onBytes));
  }
  return copies;
}

async function copyHashed(file: FoundFile, path: string, onBytes: (bytes: number) => void): Promise<HashedFile> {
  await using copy = await open(path, "wx", 0o600);
  const { bytes, sha256 } = await hashStream(streamFile(file), async (chunk) => {
    await copy.writeFile(chunk);
    onBytes(chunk.length);
  });
  return { name: file.name, path, bytes, sha256, isPrivate: true };
}

/** By the system, which shares the bytes where the file system can. */
async function copyWhole(file: FoundFile, path: string, onBytes: (bytes: number) => void): Promise<HashedFile> {
  const before = await stat(file.path, { bigint: true });
  await copyFile(file.path, path, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
  const after = await stat(file.path, { bigint: true });
  if (after.mtimeNs !== before.mtimeNs || after.size !== before.size) throw changedWhileRead(file.name);
  onBytes(file.bytes);
  return { name: file.name, path, bytes: Number(after.size), isPrivate: true };
}
