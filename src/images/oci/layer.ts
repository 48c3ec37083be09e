import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { stat } from "node:fs/promises";
import { posix } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { MlserveError, quoteName } from "../../core/errors.js";
import { streamFile } from "../../format/file-bytes.js";
import { compareNames } from "../../format/file-names.js";
import { fileSystemError } from "../../format/file-system-error.js";
import type { ImageFile } from "../image.js";
import { checkedStream } from "./digest.js";
import type { Descriptor } from "./documents.js";
import { gzipStream } from "./gzip-stream.js";
import { fileBlob, type ImageBlob } from "./image-blob.js";
import { OCI } from "./media-types.js";
import { streamTar, type TarEntry } from "./tar-stream.js";

/** A layer of an image. */
export interface Layer {
  readonly blob: ImageBlob;
  /** Digest of its tar, whether the blob is compressed or not. */
  readonly diffId: string;
  /** Bytes of its tar. */
  readonly unpackedBytes: number;
}

export interface WriteLayerOptions {
  /** Compress it into this file, which must not be there; unset: the layer is a plain tar that is read from its files. */
  readonly gzipInto?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  /** Told of bytes of the tar as they are hashed. */
  readonly onBytes?: (bytes: number) => void;
}

/**
 * A layer of these files: sorted, of owner 0, from 1970, with the folders above them, so that every user may enter them.
 *
 * Its files are read once to hash them and once more whenever the blob is opened: what has changed then is refused with
 * `checksum_mismatch` or `file_system`.
 */
export async function writeLayer(files: readonly ImageFile[], options: WriteLayerOptions = {}): Promise<Layer> {
  const entries = await toEntries(files);
  const { gzipInto, annotations } = options;
  const tar = measured(streamTar(entries), options.onBytes);
  const rest = annotations === undefined ? {} : { annotations: { ...annotations } };
  if (gzipInto === undefined) {
    for await (const _ of tar.chunks);
    const { digest, bytes } = tar.result();
    const descriptor = { mediaType: OCI.layer, digest, size: bytes, ...rest };
    return { blob: tarBlob(entries, descriptor), diffId: digest, unpackedBytes: bytes };
  }
  const compressed = measured(gzipStream(tar.chunks));
  await writeFile(gzipInto, compressed.chunks);
  const { digest, bytes } = compressed.result();
  const descriptor = { mediaType: OCI.gzipLayer, digest, size: bytes, ...rest };
  return { blob: fileBlob(descriptor, gzipInto), diffId: tar.result().digest, unpackedBytes: tar.result().bytes };
}

function tarBlob(entries: readonly TarEntry[], descriptor: Descriptor): ImageBlob {
  return {
    descriptor,
    async *open(start = 0) {
      let at = 0;
      for await (const chunk of checkedStream(streamTar(entries), descriptor)) {
        if (at + chunk.length > start) yield chunk.subarray(Math.max(0, start - at));
        at += chunk.length;
      }
    },
  };
}

async function toEntries(files: readonly ImageFile[]): Promise<TarEntry[]> {
  const names = files.map(({ path }) => path.replace(/^\/+/, ""));
  const folders = new Set(names.flatMap(foldersAbove));
  const entries = await Promise.all(files.map(fileEntry));
  return [...Array.from(folders, folderEntry), ...entries].sort((a, b) => compareNames(a.name, b.name));
}

/** `opt/mlserve/a` -> `opt/`, `opt/mlserve/`. */
function foldersAbove(name: string): string[] {
  const parts = posix.dirname(name).split("/");
  return parts[0] === "." ? [] : parts.map((_, i) => `${parts.slice(0, i + 1).join("/")}/`);
}

function folderEntry(name: string): TarEntry {
  return { name, mode: 0o755, size: 0, async *open() {} };
}

async function fileEntry({ path, source, mode }: ImageFile): Promise<TarEntry> {
  const name = path.replace(/^\/+/, "");
  if (typeof source === "string")
    return { name, mode, size: await sizeOf(source, name), open: () => streamFile({ name, path: source }) };
  return {
    name,
    mode,
    size: source.length,
    async *open() {
      yield source;
    },
  };
}

async function sizeOf(path: string, name: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    throw fileSystemError(error, `file ${quoteName(name)}`);
  }
}

/** Hashes and counts what passes. */
function measured(
  source: AsyncIterable<Uint8Array>,
  onBytes: (bytes: number) => void = () => {},
): { chunks: AsyncIterable<Uint8Array>; result(): { digest: string; bytes: number } } {
  const hash = createHash("sha256");
  let bytes = 0;
  let digest: string | undefined;
  async function* pass(): AsyncGenerator<Uint8Array, void> {
    for await (const chunk of source) {
      hash.update(chunk);
      bytes += chunk.length;
      onBytes(chunk.length);
      yield chunk;
    }
  }
  return {
    chunks: pass(),
    result() {
      digest ??= `sha256:${hash.digest("hex")}`;
      return { digest, bytes };
    },
  };
}

async function writeFile(path: string, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  try {
    await pipeline(Readable.from(chunks, { objectMode: false }), createWriteStream(path, { flags: "wx" }));
  } catch (error) {
    const told = fileSystemError(error, "the folder for temporary files");
    throw told instanceof Error ? told : new MlserveError("internal", "a layer could not be written", { cause: error });
  }
}
