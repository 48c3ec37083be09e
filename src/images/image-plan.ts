import type { OnProgress } from "../core/progress.js";
import type { Model } from "../format/model.js";
import type { ImageLayer, ImageSettings } from "./image.js";
import { type ImageOptions, imageSettings } from "./image-config.js";
import { imageFlavors } from "./image-flavors.js";
import { modelLayer } from "./model-layer.js";
import { runtimeLayer } from "./runtime-files.js";

/** What goes on top of a base image. */
export interface ImagePlan {
  readonly settings: ImageSettings;
  /** The runtime, then the model: what changes more often comes later. */
  readonly layers: readonly ImageLayer[];
}

/**
 * Decides what an image of a model consists of. Its files must stay where they are until the image is written.
 *
 * @param flavor the name of the flavor that is to run the model
 */
export async function planImage(
  model: Model,
  flavor: string,
  options: ImageOptions,
  onProgress?: OnProgress,
): Promise<ImagePlan> {
  const packed = await modelLayer(model, onProgress);
  const settings = imageSettings(model, packed.digest, options);
  const runtime = await runtimeLayer({
    flavors: await imageFlavors(model, flavor),
    platform: options.platform,
  });
  return { settings, layers: [runtime, packed] };
}
