import { join } from "node:path";
import { countBytes, type OnProgress } from "../core/progress.js";
import type { BaseLocation } from "./base/base-location.js";
import { checkBase, nodeCommand } from "./base/check-base.js";
import { chooseImage } from "./base/choose-image.js";
import { keptBlob } from "./base/kept-blob.js";
import { openBase } from "./base/open-base.js";
import type { StoredImage } from "./base/stored-image.js";
import { surveyBase } from "./base/survey-base.js";
import type { ImageLayer, ImageSettings } from "./image.js";
import type { ImagePlan } from "./image-plan.js";
import { layerBytes } from "./layer-bytes.js";
import { type AddedLayer, type BaseImage, type ComposedImage, composeImage } from "./oci/compose-image.js";
import { type Layer, writeLayer } from "./oci/layer.js";
import { LAYER_TITLE } from "./oci/media-types.js";
import type { RegistryOptions } from "./registry/registry-client.js";

export interface BuildImageOptions extends RegistryOptions {
  readonly base: BaseLocation;
  /** Private; it must stay until the image is written or sent. */
  readonly folder: string;
  /** When the image was made. */
  readonly created: Date;
  readonly onProgress?: OnProgress;
}

/** The image for one platform. */
export interface PlatformImage {
  readonly image: ComposedImage;
  readonly layers: readonly BuiltLayer[];
}

export interface BuiltLayer {
  readonly title: "base" | ImageLayer["title"];
  /** As it is stored and sent; the base's layers together. */
  readonly bytes: number;
  /** Undefined for a base of several layers. */
  readonly digest: string | undefined;
}

/**
 * Builds an image for each plan, one for each platform, without any container engine. Layers of a base in a registry are
 * read when they are needed.
 *
 * Throws `invalid_image` for a base that nothing could run upon, and what reading it and the files throws.
 */
export async function buildImage(
  plans: readonly ImagePlan[],
  options: BuildImageOptions,
): Promise<readonly PlatformImage[]> {
  const stored = await openBase(options.base, options);
  const writer = createLayerWriter(options, await totalBytes(plans));
  const images: PlatformImage[] = [];
  for (const plan of plans) images.push(await buildOne(plan, stored, options, writer));
  return images;
}

type WriteLayer = (layer: ImageLayer, platform: string) => Promise<Layer>;

async function buildOne(
  { settings, layers }: ImagePlan,
  stored: StoredImage,
  options: BuildImageOptions,
  write: WriteLayer,
): Promise<PlatformImage> {
  const base = keepRemote(await chooseImage(stored, settings.platform), options);
  const facts = await surveyBase(base, stored.where);
  const node = checkBase(facts, base.config, stored.where);
  const added: AddedLayer[] = [];
  for (const layer of layers) added.push({ title: layer.title, layer: await write(layer, settings.platform) });
  const command = nodeCommand(node, base.config);
  // Whole seconds, as every reader takes them.
  const created = options.created.toISOString().replace(/\.\d+Z$/, "Z");
  const image = composeImage({ base, added, settings: withNode(settings, command), created });
  return { image, layers: [baseLayer(base), ...added.map(toBuiltLayer)] };
}

/** Compressed as images are, but for the model: weights hardly shrink, and a plain layer needs no room here. */
function createLayerWriter({ folder, onProgress }: BuildImageOptions, total: number): WriteLayer {
  let model: Promise<Layer> | undefined;
  const onBytes = countBytes(onProgress, "pack", total);
  return async ({ title, files }, platform) => {
    const annotations = { [LAYER_TITLE]: title };
    // The same for every platform.
    if (title === "model") {
      model ??= writeLayer(files, { annotations, onBytes });
      return model;
    }
    const gzipInto = join(folder, `${title}-${platform.replace("/", "-")}.tar.gz`);
    return writeLayer(files, { annotations, onBytes, gzipInto });
  };
}

async function totalBytes(plans: readonly ImagePlan[]): Promise<number> {
  const sizes = await Promise.all(plans.flatMap(({ layers }) => layers.map(({ files }) => layerBytes(files))));
  return sizes.reduce((sum, bytes) => sum + bytes, 0);
}

function keepRemote(base: BaseImage, { base: { kind }, folder, onProgress }: BuildImageOptions): BaseImage {
  if (kind !== "registry") return base;
  const total = base.layers.reduce((sum, { descriptor }) => sum + descriptor.size, 0);
  const onBytes = countBytes(onProgress, "pull", total);
  return { ...base, layers: base.layers.map((layer) => keptBlob(layer, folder, onBytes)) };
}

function withNode(settings: ImageSettings, command: string): ImageSettings {
  const [program, ...rest] = settings.entrypoint;
  return program === "node" ? { ...settings, entrypoint: [command, ...rest] } : settings;
}

function baseLayer({ layers }: BaseImage): BuiltLayer {
  return { title: "base", bytes: layers.reduce((sum, { descriptor }) => sum + descriptor.size, 0), digest: undefined };
}

function toBuiltLayer({ title, layer }: AddedLayer): BuiltLayer {
  const { size, digest } = layer.blob.descriptor;
  return { title, bytes: size, digest };
}
