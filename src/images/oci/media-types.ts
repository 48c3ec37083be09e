/** Media types of the OCI image specification. */
export const OCI = {
  index: "application/vnd.oci.image.index.v1+json",
  manifest: "application/vnd.oci.image.manifest.v1+json",
  config: "application/vnd.oci.image.config.v1+json",
  layer: "application/vnd.oci.image.layer.v1.tar",
  gzipLayer: "application/vnd.oci.image.layer.v1.tar+gzip",
  zstdLayer: "application/vnd.oci.image.layer.v1.tar+zstd",
} as const;

/** What Docker called them before there was a specification; registries still give these. */
const DOCKER = {
  index: "application/vnd.docker.distribution.manifest.list.v2+json",
  manifest: "application/vnd.docker.distribution.manifest.v2+json",
  gzipLayer: "application/vnd.docker.image.rootfs.diff.tar.gzip",
  layer: "application/vnd.docker.image.rootfs.diff.tar",
} as const;

export const MANIFEST_TYPES: readonly string[] = [OCI.manifest, DOCKER.manifest];
export const INDEX_TYPES: readonly string[] = [OCI.index, DOCKER.index];

/** The specification's name for a layer's type; types that it does not know stay as they are. */
export function toOciLayerType(mediaType: string): string {
  return OCI_LAYER_TYPES[mediaType] ?? mediaType;
}

const OCI_LAYER_TYPES: Readonly<Record<string, string>> = {
  [DOCKER.gzipLayer]: OCI.gzipLayer,
  [DOCKER.layer]: OCI.layer,
  "application/vnd.docker.image.rootfs.diff.tar.zstd": OCI.zstdLayer,
};

/** The annotation with the name of a layer; images that mlserve builds have `runtime` and `model`. */
export const LAYER_TITLE = "org.opencontainers.image.title";
