import { MlserveError } from "../../core/errors.js";
import type { ImageBlob } from "../oci/image-blob.js";
import type { ImageSet } from "../oci/image-set.js";
import { formatReference, type ImageReference } from "../oci/reference.js";
import { openRegistry, type RegistryClient, type RegistryOptions } from "./registry-client.js";
import { type Upload, uploadBlob } from "./upload-blob.js";

export interface PushOptions extends RegistryOptions {
  /** A repository of the same registry that has some of the layers: that of the base. */
  readonly mountFrom?: string | undefined;
  readonly chunkBytes?: number;
  /** Told of bytes that have arrived, or were there before, and of how many there are. */
  readonly onBytes?: (bytes: number, total: number) => void;
}

export interface Pushed {
  /** Of the manifest or index that the tag now stands for. */
  readonly digest: string;
  /** Each config and layer, and what became of it. */
  readonly blobs: readonly { readonly digest: string; readonly size: number; readonly upload: Upload }[];
}

/**
 * Sends an image, or several with their index, to a registry, and gives it its tag when all of it is there.
 *
 * Throws `usage` for a reference without a tag, `registry_failed`, and what reading the layers throws.
 */
export async function pushImages(set: ImageSet, reference: ImageReference, options: PushOptions): Promise<Pushed> {
  const { registry, repository, tag } = reference;
  if (tag === undefined)
    throw new MlserveError("usage", "expected a tag to push to, not a digest", { where: formatReference(reference) });
  const alsoPull = options.mountFrom === undefined || options.mountFrom === repository ? [] : [options.mountFrom];
  const client = openRegistry({ ...options, registry, repository, actions: "pull,push", alsoPull });
  const blobs = await pushBlobs(client, set.blobs, { ...options, mountFrom: alsoPull[0] });
  for (const manifest of set.manifests) await pushManifest(client, manifest, manifest.descriptor.digest);
  await pushManifest(client, set.root, tag);
  return { digest: set.root.descriptor.digest, blobs };
}

/** One after another: a line that is full is not faster with two on it. */
async function pushBlobs(
  client: RegistryClient,
  blobs: readonly ImageBlob[],
  { onBytes = () => {}, mountFrom, chunkBytes }: PushOptions,
): Promise<Pushed["blobs"]> {
  const total = blobs.reduce((sum, { descriptor }) => sum + descriptor.size, 0);
  const pushed: Pushed["blobs"][number][] = [];
  let done = 0;
  for (const blob of blobs) {
    const { digest, size } = blob.descriptor;
    const upload = await uploadBlob(client, blob, {
      mountFrom,
      ...(chunkBytes === undefined ? {} : { chunkBytes }),
      onBytes: (bytes) => onBytes(done + bytes, total),
    });
    done += size;
    onBytes(done, total);
    pushed.push({ digest, size, upload });
  }
  return pushed;
}

async function pushManifest(client: RegistryClient, { descriptor, open }: ImageBlob, name: string): Promise<void> {
  const parts: Uint8Array[] = [];
  for await (const chunk of open()) parts.push(chunk);
  const headers = { "content-type": descriptor.mediaType };
  await client.request({ method: "PUT", path: `manifests/${name}`, headers, body: Buffer.concat(parts) });
}
