import { countBytes, type OnProgress } from "../../core/progress.js";
import type { Model } from "../../format/model.js";
import type { BaseLocation } from "../base/base-location.js";
import { chooseImage } from "../base/choose-image.js";
import { keptBlob } from "../base/kept-blob.js";
import { openBase } from "../base/open-base.js";
import type { ImageSettings } from "../image.js";
import { layerBytes } from "../layer-bytes.js";
import { modelLayer } from "../model-layer.js";
import type { ImageSet } from "../oci/image-set.js";
import { writeLayer } from "../oci/layer.js";
import type { ImageReference } from "../oci/reference.js";
import { type Pushed, type PushOptions, pushImages } from "../registry/push-images.js";
import { type CarPlatform, toModelCar } from "./model-car.js";
import { toModelPack } from "./model-pack.js";

/** Where the files lie in an artifact: what KServe mounts of an image. */
export const MODEL_FOLDER = "models";

export interface PushModelOptions extends PushOptions {
  /** Of what an image of the model is made; unset: an artifact that is no image. */
  readonly car?: CarOptions | undefined;
  /** The flavor that will run it. */
  readonly flavor: string;
  readonly created: Date;
  readonly onProgress?: OnProgress;
}

export interface CarOptions {
  readonly platforms: readonly ImageSettings["platform"][];
  /** Unset: the model is all of the image. */
  readonly base: BaseLocation | undefined;
  /** Private; for the layers of the base. */
  readonly folder: string;
}

export interface PushedModel extends Pushed {
  /** sha256 of the model's list of checksums. */
  readonly modelDigest: string;
}

/**
 * Sends a model alone to a registry. Throws what {@link pushImages} throws, and what reading the model throws.
 */
export async function pushModel(
  model: Model,
  reference: ImageReference,
  options: PushModelOptions,
): Promise<PushedModel> {
  const { onProgress } = options;
  const { files, digest } = await modelLayer(model, onProgress, `/${MODEL_FOLDER}`);
  const layer = await writeLayer(files, { onBytes: countBytes(onProgress, "hash", await layerBytes(files)) });
  const texts = {
    name: model.name,
    flavor: options.flavor,
    created: options.created.toISOString().replace(/\.\d+Z$/, "Z"),
    annotations: annotationsOf(model, digest),
  };
  const { car } = options;
  const set: ImageSet =
    car === undefined
      ? toModelPack(layer, MODEL_FOLDER, texts)
      : toModelCar(layer, await carPlatforms(car, options), texts);
  return { ...(await pushImages(set, reference, options)), modelDigest: digest };
}

function annotationsOf({ name }: Model, digest: string): Record<string, string> {
  return {
    "io.github.mlserve.model.digest": `sha256:${digest}`,
    "org.opencontainers.image.title": name,
  };
}

async function carPlatforms(
  { base: location, platforms, folder }: CarOptions,
  options: PushModelOptions,
): Promise<CarPlatform[]> {
  if (location === undefined) return platforms.map((platform) => ({ platform, base: undefined }));
  const stored = await openBase(location, options);
  return Promise.all(
    platforms.map(async (platform) => {
      const base = await chooseImage(stored, platform);
      return { platform, base: { ...base, layers: base.layers.map((layer) => keptBlob(layer, folder)) } };
    }),
  );
}
