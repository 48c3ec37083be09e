import { toDocument } from "../oci/documents.js";
import { toBlob } from "../oci/image-blob.js";
import type { ImageSet } from "../oci/image-set.js";
import type { Layer } from "../oci/layer.js";
import { OCI } from "../oci/media-types.js";

/** Media types and annotations of the CNCF's ModelPack: https://github.com/modelpack/model-spec. */
export const MODEL_PACK = {
  artifact: "application/vnd.cncf.model.manifest.v1+json",
  config: "application/vnd.cncf.model.config.v1+json",
  weights: "application/vnd.cncf.model.weight.v1.tar",
  path: "org.cncf.model.filepath",
} as const;

/** What an artifact tells of its model. */
export interface ModelTexts {
  readonly name: string;
  /** Its preferred flavor, as the model's format. */
  readonly flavor: string;
  readonly annotations: Readonly<Record<string, string>>;
  /** In the form of RFC 3339. */
  readonly created: string;
}

/** A model as an artifact: one layer with its files below `folder`, and a config that describes it. */
export function toModelPack(layer: Layer, folder: string, texts: ModelTexts): ImageSet {
  const { digest, size } = layer.blob.descriptor;
  const annotations = { [MODEL_PACK.path]: folder };
  const config = toBlob(MODEL_PACK.config, toDocument(configOf(layer, texts)));
  const { mediaType, digest: configDigest, size: configSize } = config.descriptor;
  const manifest = toDocument({
    schemaVersion: 2,
    mediaType: OCI.manifest,
    artifactType: MODEL_PACK.artifact,
    config: { mediaType, digest: configDigest, size: configSize },
    layers: [{ mediaType: MODEL_PACK.weights, digest, size, annotations }],
    annotations: texts.annotations,
  });
  return { root: toBlob(OCI.manifest, manifest), manifests: [], blobs: [layer.blob, config] };
}

function configOf({ diffId }: Layer, { name, flavor, created }: ModelTexts): object {
  return {
    descriptor: { createdAt: created, name },
    config: { format: FORMATS[flavor] ?? flavor },
    modelfs: { type: "layers", diffIds: [diffId] },
  };
}

/** As other tools call them. */
const FORMATS: Readonly<Record<string, string>> = { tfjs: "tensorflowjs", js_function: "javascript" };
