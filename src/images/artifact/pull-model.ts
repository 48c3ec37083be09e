import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { MlserveError } from "../../core/errors.js";
import { countBytes, type OnProgress } from "../../core/progress.js";
import { fileSystemError } from "../../format/file-system-error.js";
import { ANY_PLATFORM, chooseManifest } from "../base/choose-image.js";
import type { StoredImage } from "../base/stored-image.js";
import { digestOf } from "../oci/digest.js";
import type { Descriptor, Manifest } from "../oci/documents.js";
import type { ImageBlob } from "../oci/image-blob.js";
import { LAYER_TITLE } from "../oci/media-types.js";
import type { ImageReference } from "../oci/reference.js";
import { streamTar, type TarEntry } from "../oci/tar-stream.js";
import { PACKED_MODELS } from "../places.js";
import { openRegistry, type RegistryOptions } from "../registry/registry-client.js";
import { openRegistryImage } from "../registry/registry-image.js";
import { modelEntries } from "./model-entries.js";
import { MODEL_PACK } from "./model-pack.js";
import { MODEL_FOLDER } from "./push-model.js";

export interface PullModelOptions extends RegistryOptions {
  /** Where the package is written. */
  readonly folder: string;
  readonly onProgress?: OnProgress;
}

export interface PulledModel {
  /** A tar of the model's files, which nobody has looked at: open it as any package. */
  readonly path: string;
  /** Of the manifest or index that the reference stands for. */
  readonly digest: string;
}

/**
 * Reads a model from a registry: an artifact of ModelPack, an image with its files below `/models`, or one that mlserve
 * built. Every byte is checked by its digest on the way.
 *
 * Throws `registry_failed`, `checksum_mismatch`, `invalid_image` for what holds no model, and `file_system`.
 */
export async function pullModel(reference: ImageReference, options: PullModelOptions): Promise<PulledModel> {
  const { registry, repository } = reference;
  const client = openRegistry({ ...options, registry, repository, actions: "pull" });
  const image = await openRegistryImage(client, reference);
  const manifest = await chooseManifest(image, ANY_PLATFORM);
  const layers = await Promise.all(layersOf(manifest).map(image.blob));
  const path = join(options.folder, `${repository.split("/").at(-1)}.tar`);
  await writeTar(path, entriesOf(manifest, counted(layers, options.onProgress), image));
  return { path, digest: digestOf(image.root.content) };
}

async function* entriesOf(
  manifest: Manifest,
  layers: readonly ImageBlob[],
  { where }: StoredImage,
): AsyncGenerator<TarEntry, void> {
  const isArtifact = [manifest.artifactType, manifest.config.mediaType].some((type) => PACK_TYPES.includes(type ?? ""));
  let files = 0;
  for (const blob of layers) {
    for await (const entry of modelEntries({ blob, folders: isArtifact ? [""] : IMAGE_FOLDERS }, where)) {
      files++;
      yield entry;
    }
  }
  if (files === 0)
    throw new MlserveError("invalid_image", "holds no model, neither in /models nor where mlserve puts it", {
      where,
      hint: "Expected what mlserve push, or another tool of ModelPack, has sent",
    });
}

/** Where images have models: those for KServe, and those that serve their own. */
const IMAGE_FOLDERS: readonly string[] = [`${MODEL_FOLDER}/`, `${PACKED_MODELS.slice(1)}/`];

/** Of an image that mlserve built, the layer of the model alone. */
function layersOf({ layers }: Manifest): readonly Descriptor[] {
  const own = layers.filter(({ annotations }) => annotations?.[LAYER_TITLE] === "model");
  return own.length === 0 ? layers : own;
}

const PACK_TYPES: readonly string[] = [MODEL_PACK.artifact, MODEL_PACK.config];

async function writeTar(path: string, entries: AsyncIterable<TarEntry>): Promise<void> {
  try {
    await pipeline(Readable.from(streamTar(entries), { objectMode: false }), createWriteStream(path, { flags: "wx" }));
  } catch (error) {
    throw fileSystemError(error, "the folder for temporary files");
  }
}

function counted(layers: readonly ImageBlob[], onProgress: OnProgress | undefined): ImageBlob[] {
  const total = layers.reduce((sum, { descriptor }) => sum + descriptor.size, 0);
  const onBytes = countBytes(onProgress, "pull", total);
  return layers.map(({ descriptor, open }) => ({
    descriptor,
    async *open(start) {
      for await (const chunk of open(start)) {
        onBytes(chunk.length);
        yield chunk;
      }
    },
  }));
}
