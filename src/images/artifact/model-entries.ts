import { posix } from "node:path";
import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { extract } from "tar-stream";
import { MlserveError, quoteName } from "../../core/errors.js";
import { DEFAULT_LIMITS } from "../../format/archive-limits.js";
import { brokenLayer } from "../oci/broken-layer.js";
import type { Descriptor } from "../oci/documents.js";
import type { ImageBlob } from "../oci/image-blob.js";
import { OCI, toOciLayerType } from "../oci/media-types.js";
import type { TarEntry } from "../oci/tar-stream.js";
import { MODEL_PACK } from "./model-pack.js";

/** How the bytes of a layer hold files. */
type Kind = "raw" | "tar" | "gzip";

/** A layer of a model. */
export interface ModelSource {
  readonly blob: ImageBlob;
  /** Only what lies in one of these folders is of the model, to which they do not belong; an empty text is any. */
  readonly folders: readonly string[];
}

/**
 * The files of a layer, one after another: each has to be read before the next one comes.
 *
 * Throws `invalid_image` for a layer that nobody can read, and for links among the files.
 */
export async function* modelEntries({ blob, folders }: ModelSource, where: string): AsyncGenerator<TarEntry, void> {
  const kind = kindOf(blob.descriptor, where);
  if (kind === "raw") {
    yield rawEntry(blob, where);
    return;
  }
  for await (const entry of tarEntries(blob, kind, where)) {
    const name = posix.normalize(entry.header.name);
    const folder = folders.find((each) => name.startsWith(each));
    if (folder === undefined || name === folder || entry.header.type === "directory") {
      entry.resume();
      continue;
    }
    if (entry.header.type !== "file" || posix.basename(name).startsWith(".wh."))
      throw new MlserveError("invalid_image", `${quoteName(name)} is no regular file`, { where });
    const size = entry.header.size ?? 0;
    // tar-stream gives nothing but buffers; its types do not say so.
    yield { name: name.slice(folder.length), mode: 0o644, size, open: () => entry as AsyncIterable<Uint8Array> };
  }
}

/** Of ModelPack's types, of which there is one for each role of a file, and of images. */
function kindOf({ mediaType }: Descriptor, where: string): Kind {
  const [, packed] = /^application\/vnd\.cncf\.model\.[a-z.]+\.v1\.(raw|tar|tar\+gzip)$/.exec(mediaType) ?? [];
  if (packed === "raw" || packed === "tar") return packed;
  if (packed === "tar+gzip") return "gzip";
  const ociType = toOciLayerType(mediaType);
  if (ociType === OCI.layer) return "tar";
  if (ociType === OCI.gzipLayer) return "gzip";
  throw new MlserveError("invalid_image", `has a layer of the type ${quoteName(mediaType)}, which nobody reads here`, {
    where,
  });
}

function rawEntry({ descriptor, open }: ImageBlob, where: string): TarEntry {
  const name = descriptor.annotations?.[MODEL_PACK.path];
  if (name === undefined) throw new MlserveError("invalid_image", "has a file without a name", { where });
  return { name: posix.normalize(name), mode: 0o644, size: descriptor.size, open: () => open() };
}

async function* tarEntries(blob: ImageBlob, kind: Kind, where: string) {
  const reader = extract();
  const source = Readable.from(kind === "gzip" ? unzip(blob, where) : blob.open(), { objectMode: false });
  let failure: unknown;
  source.on("error", (error) => {
    failure ??= error;
    reader.destroy(error);
  });
  source.pipe(reader);
  try {
    yield* reader;
    // The digest is checked behind the last entry.
    if (failure !== undefined) throw failure;
  } catch (error) {
    throw brokenLayer(failure ?? error, where);
  } finally {
    source.destroy();
    reader.destroy();
  }
}

async function* unzip(blob: ImageBlob, where: string): AsyncGenerator<Uint8Array, void> {
  const gunzip = createGunzip();
  const source = Readable.from(blob.open(), { objectMode: false });
  source.on("error", (error) => gunzip.destroy(error));
  let bytes = 0;
  const { ratio, ratioFromBytes } = DEFAULT_LIMITS;
  try {
    for await (const chunk of source.pipe(gunzip)) {
      bytes += chunk.length;
      if (bytes > ratioFromBytes && bytes > ratio * blob.descriptor.size)
        throw new MlserveError("invalid_image", "unpacks to far more than any model does", { where });
      yield chunk;
    }
  } finally {
    source.destroy();
  }
}
