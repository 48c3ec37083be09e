import { type FileHandle, open } from "node:fs/promises";
import { MlserveError, quoteName } from "../../core/errors.js";
import { totalLength } from "./proto-fields.js";

/** Bytes whose memory can be given back without waiting for the garbage collector, which an idle server never runs. */
export interface HeldBytes {
  /** Empty once they are released. */
  readonly bytes: Uint8Array;
  release(): void;
}

/** Node has resizable buffers since 20; the ES2023 types of TypeScript do not know them. */
const ResizableBuffer = ArrayBuffer as unknown as new (
  length: number,
  options: { maxByteLength: number },
) => ArrayBuffer & { resize(length: number): void };

/** Linux reads at most 2 GiB at once. */
const CHUNK_BYTES = 2 ** 30;

/** Reads a whole file; `name` is what to call it. Throws `file_system`. */
export async function holdFile(path: string, name: string): Promise<HeldBytes> {
  let file: FileHandle | undefined;
  try {
    file = await open(path);
    const { size } = await file.stat();
    const held = allocate(size, name);
    await fill(file, held.bytes, name);
    return held;
  } catch (cause) {
    if (cause instanceof MlserveError) throw cause;
    throw new MlserveError("file_system", "the file cannot be read", { where: quoteName(name), cause });
  } finally {
    await file?.close();
  }
}

async function fill(file: FileHandle, bytes: Uint8Array, name: string): Promise<void> {
  for (let position = 0; position < bytes.length; ) {
    const { bytesRead } = await file.read(bytes, position, Math.min(bytes.length - position, CHUNK_BYTES), position);
    if (bytesRead === 0)
      throw new MlserveError("file_system", "the file was cut short while it was read", { where: quoteName(name) });
    position += bytesRead;
  }
}

/** Copies parts into one piece; `name` is what to call it. */
export function holdParts(parts: readonly Uint8Array[], name: string): HeldBytes {
  const held = allocate(totalLength(parts), name);
  let position = 0;
  for (const part of parts) {
    held.bytes.set(part, position);
    position += part.length;
  }
  return held;
}

function allocate(size: number, name: string): HeldBytes {
  try {
    const buffer = new ResizableBuffer(size, { maxByteLength: size });
    return { bytes: new Uint8Array(buffer), release: () => buffer.resize(0) };
  } catch (cause) {
    throw new MlserveError("unsupported_model", `there is no memory for its ${size} bytes`, {
      where: quoteName(name),
      cause,
    });
  }
}
