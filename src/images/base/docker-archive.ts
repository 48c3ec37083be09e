import { createHash } from "node:crypto";
import { z } from "zod";
import { MlserveError } from "../../core/errors.js";
import { digestOf } from "../oci/digest.js";
import { type Descriptor, documentParser, parseImageConfig, toDocument } from "../oci/documents.js";
import { type ImageBlob, toBlob } from "../oci/image-blob.js";
import { OCI } from "../oci/media-types.js";
import { chooseNamed } from "./choose-named.js";
import type { ImageFiles } from "./image-files.js";
import type { StoredImage } from "./stored-image.js";

const parseArchiveManifest = documentParser(
  "manifest.json",
  z.array(z.object({ Config: z.string(), RepoTags: z.array(z.string()).nullish(), Layers: z.array(z.string()) })),
);

type Entry = ReturnType<typeof parseArchiveManifest>[number];

/**
 * An image of an archive that `docker save` or `podman save` wrote. `name` says which, where there are several.
 *
 * Throws `invalid_image` for what is no such archive, and for a name that is not there.
 */
export async function openDockerArchive(files: ImageFiles, name: string | undefined): Promise<StoredImage> {
  const { where } = files;
  const content = await files.read("manifest.json");
  if (content === undefined)
    throw new MlserveError("invalid_image", "has no manifest.json, so that docker save did not write it", { where });
  const entry = chooseNamed(parseArchiveManifest(content, where), ({ RepoTags }) => RepoTags ?? [], name, where);
  const config = await files.read(entry.Config);
  if (config === undefined) throw new MlserveError("invalid_image", "the config is missing", { where });
  const layers = await toLayers(files, entry, config);
  return toStoredImage(where, config, layers);
}

async function toLayers(files: ImageFiles, { Layers }: Entry, config: Uint8Array): Promise<readonly ImageBlob[]> {
  const { where } = files;
  const diffIds = parseImageConfig(config, where).rootfs.diff_ids;
  if (diffIds.length !== Layers.length)
    throw new MlserveError("invalid_image", "its config and its manifest tell of different layers", { where });
  return Promise.all(diffIds.map((diffId, i) => toLayer(files, Layers[i] ?? "", diffId)));
}

/** A plain tar, whose digest the config tells; or, as Docker stores them now, what lies under its own digest. */
async function toLayer(files: ImageFiles, name: string, diffId: string): Promise<ImageBlob> {
  const plain = await files.blob(name, { mediaType: OCI.layer, digest: diffId });
  const mediaType = await compressionOf(plain);
  const [, hex] = /^blobs\/sha256\/([0-9a-f]{64})$/.exec(name) ?? [];
  if (mediaType === OCI.layer) return plain;
  const digest = hex === undefined ? await hashBlob(plain) : `sha256:${hex}`;
  return files.blob(name, { mediaType, digest });
}

async function compressionOf(blob: ImageBlob): Promise<string> {
  for await (const chunk of blob.open()) {
    const start = Buffer.from(chunk.subarray(0, 4)).toString("hex");
    if (start.startsWith("1f8b")) return OCI.gzipLayer;
    return start === "28b52ffd" ? OCI.zstdLayer : OCI.layer;
  }
  return OCI.layer;
}

async function hashBlob(blob: ImageBlob): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of blob.open()) hash.update(chunk);
  return `sha256:${hash.digest("hex")}`;
}

function toStoredImage(where: string, config: Uint8Array, layers: readonly ImageBlob[]): StoredImage {
  const manifest = toDocument({
    schemaVersion: 2,
    mediaType: OCI.manifest,
    config: toBlob(OCI.config, config).descriptor,
    layers: layers.map(({ descriptor }) => descriptor),
  });
  const documents = new Map([config, manifest].map((bytes) => [digestOf(bytes), bytes]));
  const find = <T>(found: T | undefined): T => {
    if (found === undefined) throw new MlserveError("invalid_image", "a part of it is missing", { where });
    return found;
  };
  return {
    where,
    root: { mediaType: OCI.manifest, content: manifest },
    document: async ({ digest }: Descriptor) => find(documents.get(digest)),
    blob: async ({ digest }) => find(layers.find(({ descriptor }) => descriptor.digest === digest)),
  };
}
