import { MlserveError } from "../../core/errors.js";
import type { StoredDocument, StoredImage } from "../base/stored-image.js";
import { checkDigest } from "../oci/digest.js";
import type { Descriptor } from "../oci/documents.js";
import { readAll } from "../oci/image-blob.js";
import { INDEX_TYPES, MANIFEST_TYPES } from "../oci/media-types.js";
import { formatReference, type ImageReference } from "../oci/reference.js";
import { registryBlob } from "./fetch-blob.js";
import type { RegistryClient } from "./registry-client.js";

/** More than registries take of a manifest. */
const MOST_DOCUMENT_BYTES = 8 * 1024 * 1024;

/** An image of a registry, by its tag or digest. Throws `registry_failed`, and `checksum_mismatch`. */
export async function openRegistryImage(client: RegistryClient, reference: ImageReference): Promise<StoredImage> {
  const root = await fetchManifest(client, reference.digest ?? reference.tag ?? "latest");
  return {
    where: formatReference(reference),
    root,
    document: (descriptor) => fetchDocument(client, descriptor),
    blob: async (descriptor) => registryBlob(client, descriptor),
  };
}

async function fetchDocument(client: RegistryClient, descriptor: Descriptor): Promise<Uint8Array> {
  const { mediaType, digest, size } = descriptor;
  if (size > MOST_DOCUMENT_BYTES)
    throw new MlserveError("invalid_image", `a document has more than ${MOST_DOCUMENT_BYTES} bytes`, {
      where: client.where,
    });
  if (isManifestType(mediaType)) return (await fetchManifest(client, digest)).content;
  return readAll(registryBlob(client, descriptor).open());
}

function isManifestType(mediaType: string): boolean {
  return MANIFEST_TYPES.includes(mediaType) || INDEX_TYPES.includes(mediaType);
}

async function fetchManifest(client: RegistryClient, reference: string): Promise<StoredDocument> {
  const headers = { accept: [...MANIFEST_TYPES, ...INDEX_TYPES].join(", ") };
  const response = await client.request({ method: "GET", path: `manifests/${reference}`, headers });
  const content = await readLimited(response, client.where);
  const promised = reference.includes(":") ? reference : response.headers.get("docker-content-digest");
  if (promised?.startsWith("sha256:")) checkDigest(content, promised);
  return { mediaType: response.headers.get("content-type")?.split(";")[0]?.trim() ?? "", content };
}

async function readLimited(response: Response, where: string): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > MOST_DOCUMENT_BYTES)
      throw new MlserveError("invalid_image", `its manifest has more than ${MOST_DOCUMENT_BYTES} bytes`, { where });
    parts.push(chunk);
  }
  return Buffer.concat(parts);
}
