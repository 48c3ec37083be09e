import { createHash } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";
import { MlserveError, quoteName } from "../core/errors.js";
import { fileSystemError } from "./file-system-error.js";
import type { ModelFile } from "./model-file.js";

/** A file of a model on this machine. */
export interface LocalFile {
  readonly name: string;
  readonly path: string;
}

const CHUNK_BYTES = 256 * 1024;

/**
 * The bytes of a file from its start to its end.
 *
 * Throws `file_system` when it cannot be read, or when it changed meanwhile.
 */
export async function* streamFile({ name, path }: LocalFile): AsyncGenerator<Buffer, void> {
  const where = `file ${quoteName(name)}`;
  let file: FileHandle | undefined;
  try {
    file = await open(path);
    const before = await fingerprint(file);
    let total = 0n;
    for (;;) {
      const { buffer, bytesRead } = await file.read(Buffer.allocUnsafeSlow(CHUNK_BYTES), 0, CHUNK_BYTES);
      if (bytesRead === 0) break;
      total += BigInt(bytesRead);
      yield buffer.subarray(0, bytesRead);
    }
    const after = await fingerprint(file);
    if (total !== before.size || after.size !== before.size || after.changed !== before.changed)
      throw changedWhileRead(name);
  } catch (error) {
    throw fileSystemError(error, where);
  } finally {
    await file?.close();
  }
}

async function fingerprint(file: FileHandle): Promise<{ size: bigint; changed: bigint }> {
  const { size, mtimeNs } = await file.stat({ bigint: true });
  return { size, changed: mtimeNs };
}

/** A `file_system` error that asks for a second try. */
export function changedWhileRead(name: string): MlserveError {
  const hint = "Try again when nothing writes to it any more";
  return new MlserveError("file_system", "the file changed while it was read", {
    where: `file ${quoteName(name)}`,
    hint,
  });
}

/** Size and sha256 of a file. Throws as {@link streamFile} does. */
export async function hashFile(file: LocalFile, onBytes?: (bytes: number) => void): Promise<ModelFile> {
  return { name: file.name, ...(await hashStream(streamFile(file), (chunk) => onBytes?.(chunk.length))) };
}

/** Size and sha256 of a stream, whose chunks are handed on. */
export async function hashStream(
  chunks: AsyncIterable<Buffer>,
  onChunk: (chunk: Buffer) => Promise<void> | void,
): Promise<Pick<ModelFile, "bytes" | "sha256">> {
  const hash = createHash("sha256");
  let bytes = 0;
  for await (const chunk of chunks) {
    hash.update(chunk);
    bytes += chunk.length;
    await onChunk(chunk);
  }
  return { bytes, sha256: hash.digest("hex") };
}

/** A whole file in memory, with its sha256. Throws as {@link streamFile} does. */
export async function readFileHashed(file: LocalFile, size: number): Promise<{ content: Uint8Array; sha256: string }> {
  const hash = createHash("sha256");
  const content = Buffer.allocUnsafe(size);
  let bytes = 0;
  for await (const chunk of streamFile(file)) {
    if (bytes + chunk.length > size) throw changedWhileRead(file.name);
    hash.update(chunk);
    bytes += chunk.copy(content, bytes);
  }
  if (bytes !== size) throw changedWhileRead(file.name);
  return { content, sha256: hash.digest("hex") };
}
