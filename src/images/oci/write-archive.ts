import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { replaceFile } from "../../format/replace-file.js";
import { checkedStream } from "./digest.js";
import { parseManifest, toDocument } from "./documents.js";
import { type ImageBlob, readAll } from "./image-blob.js";
import { type ImageSet, uniqueBlobs } from "./image-set.js";
import { OCI } from "./media-types.js";
import { streamTar, type TarEntry, tarBytes } from "./tar-stream.js";

export interface WriteArchiveOptions {
  /** The name that the image gets where it is loaded, such as `docker.io/library/iris:1`, and its tag. */
  readonly name: { readonly full: string; readonly short: string; readonly tag: string };
  /** Told of bytes written, and of how many there will be. */
  readonly onBytes?: (bytes: number, total: number) => void;
  /** Told of the file that is written before it takes its place, for a program that may be ended meanwhile. */
  readonly onTemporaryFile?: ((path: string) => void) | undefined;
}

/**
 * Writes an image into a tar that is an OCI image layout, and that `docker load` reads too: of several platforms it takes
 * the first. Gives its bytes. Throws `file_system`, `checksum_mismatch`, and what reading the layers throws.
 */
export async function writeArchive(target: string, set: ImageSet, options: WriteArchiveOptions): Promise<number> {
  const entries = [
    textEntry("oci-layout", { imageLayoutVersion: "1.0.0" }),
    textEntry("index.json", layoutIndex(set.root, options.name)),
    textEntry("manifest.json", await dockerManifest(set, options.name.short)),
    ...uniqueBlobs([set.root, ...set.manifests, ...set.blobs]).map(blobEntry),
  ];
  const total = tarBytes(entries);
  const { onBytes = () => {}, onTemporaryFile } = options;
  const write = (path: string): Promise<void> =>
    pipeline(
      Readable.from(
        counted(streamTar(entries), (bytes) => onBytes(bytes, total)),
        { objectMode: false },
      ),
      createWriteStream(path, { flags: "wx", flush: true }),
    );
  await replaceFile(target, write, onTemporaryFile);
  return total;
}

function layoutIndex({ descriptor }: ImageBlob, { full, tag }: WriteArchiveOptions["name"]): object {
  const { mediaType, digest, size, platform } = descriptor;
  const annotations = { "io.containerd.image.name": full, "org.opencontainers.image.ref.name": tag };
  const entry = { mediaType, digest, size, annotations, ...(platform === undefined ? {} : { platform }) };
  return { schemaVersion: 2, mediaType: OCI.index, manifests: [entry] };
}

/** What `docker save` writes beside the layout. */
async function dockerManifest({ root, manifests }: ImageSet, short: string): Promise<object> {
  const first = manifests[0] ?? root;
  const { config, layers } = parseManifest(await readAll(first.open()), "the image");
  return [{ Config: pathOf(config.digest), RepoTags: [short], Layers: layers.map(({ digest }) => pathOf(digest)) }];
}

/** Where a blob lies in a layout. */
export function pathOf(digest: string): string {
  return `blobs/${digest.replace(":", "/")}`;
}

function textEntry(name: string, document: object): TarEntry {
  const bytes = toDocument(document);
  return {
    name,
    mode: 0o644,
    size: bytes.length,
    async *open() {
      yield bytes;
    },
  };
}

function blobEntry({ descriptor, open }: ImageBlob): TarEntry {
  const { digest, size } = descriptor;
  return { name: pathOf(digest), mode: 0o644, size, open: () => checkedStream(open(), descriptor) };
}

async function* counted(
  chunks: AsyncIterable<Uint8Array>,
  onBytes: (bytes: number) => void,
): AsyncGenerator<Uint8Array, void> {
  for await (const chunk of chunks) {
    onBytes(chunk.length);
    yield chunk;
  }
}
