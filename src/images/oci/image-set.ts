import type { ComposedImage } from "./compose-image.js";
import { toDocument } from "./documents.js";
import { type ImageBlob, toBlob } from "./image-blob.js";
import { OCI } from "./media-types.js";

/** What one name stands for: an image, or an index of several. */
export interface ImageSet {
  /** The manifest, or the index: its digest is the digest of the whole. */
  readonly root: ImageBlob;
  /** Manifests that the root is an index of; none where it is itself a manifest. */
  readonly manifests: readonly ImageBlob[];
  /** Configs and layers, each once, in the order in which they are needed. */
  readonly blobs: readonly ImageBlob[];
}

/** One image for each platform; a single one needs no index. Throws for none. */
export function toImageSet(images: readonly ComposedImage[]): ImageSet {
  const blobs = uniqueBlobs(images.flatMap(({ config, layers }) => [...layers, config]));
  const [first, ...others] = images;
  if (first === undefined) throw new Error("an index of no images");
  if (others.length === 0) return { root: first.manifest, manifests: [], blobs };
  const document = {
    schemaVersion: 2,
    mediaType: OCI.index,
    manifests: images.map(({ manifest }) => manifest.descriptor),
  };
  return { root: toBlob(OCI.index, toDocument(document)), manifests: images.map(({ manifest }) => manifest), blobs };
}

export function uniqueBlobs(blobs: readonly ImageBlob[]): ImageBlob[] {
  return [...new Map(blobs.map((blob) => [blob.descriptor.digest, blob])).values()];
}
