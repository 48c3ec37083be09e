import type { ImageSettings } from "../image.js";
import { type BaseImage, splitPlatform } from "../oci/compose-image.js";
import { toDocument } from "../oci/documents.js";
import { type ImageBlob, toBlob } from "../oci/image-blob.js";
import { type ImageSet, uniqueBlobs } from "../oci/image-set.js";
import type { Layer } from "../oci/layer.js";
import { OCI, toOciLayerType } from "../oci/media-types.js";
import type { ModelTexts } from "./model-pack.js";

type Platform = ImageSettings["platform"];

/** A platform with what its image is built upon; nothing where the model is all of it. */
export interface CarPlatform {
  readonly platform: Platform;
  readonly base: BaseImage | undefined;
}

/**
 * A model as an image for each platform, with an index of them: what KServe calls a modelcar, and what Kubernetes mounts
 * as an image volume. All images share the layer of the model.
 */
export function toModelCar(layer: Layer, platforms: readonly CarPlatform[], texts: ModelTexts): ImageSet {
  const images = platforms.map((each) => toCar(layer, each, texts));
  const manifests = images.map(({ manifest }) => manifest);
  const blobs = uniqueBlobs(images.flatMap((image) => image.blobs));
  const index = toDocument({
    schemaVersion: 2,
    mediaType: OCI.index,
    manifests: manifests.map(({ descriptor }) => descriptor),
    annotations: texts.annotations,
  });
  return { root: toBlob(OCI.index, index), manifests, blobs };
}

function toCar(
  layer: Layer,
  { platform, base }: CarPlatform,
  texts: ModelTexts,
): { manifest: ImageBlob; blobs: ImageBlob[] } {
  const layers = [...(base?.layers ?? []), layer.blob];
  const config = toBlob(OCI.config, toDocument(configOf(layer, platform, base, texts)));
  const manifest = toDocument({
    schemaVersion: 2,
    mediaType: OCI.manifest,
    config: bare(config),
    layers: layers.map(bare),
    annotations: texts.annotations,
  });
  const descriptor = { platform: splitPlatform(platform) };
  return { manifest: toBlob(OCI.manifest, manifest, descriptor), blobs: [...layers, config] };
}

function configOf(layer: Layer, platform: Platform, base: BaseImage | undefined, { created }: ModelTexts): object {
  return {
    ...splitPlatform(platform),
    created,
    config: base?.config.config ?? {},
    rootfs: { type: "layers", diff_ids: [...(base?.config.rootfs.diff_ids ?? []), layer.diffId] },
  };
}

function bare({ descriptor: { mediaType, digest, size } }: ImageBlob): object {
  return { mediaType: toOciLayerType(mediaType), digest, size };
}
