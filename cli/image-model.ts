import type { COMMAND_OPTIONS } from "../src/config/options.js";
import { chooseFlavor } from "../src/flavors/choose.js";
import type { Model } from "../src/format/model.js";
import type { ImageSettings } from "../src/images/image.js";
import type { ImageOptions } from "../src/images/image-config.js";
import type { CommandContext } from "./command.js";
import { definedOf } from "./defined.js";
import { loadFlavors } from "./flavors.js";
import { openRunnable } from "./open.js";
import { packApart } from "./pack-apart.js";

/** What every command has that makes something of a model for containers. */
export type ImageContext = CommandContext<
  (typeof COMMAND_OPTIONS)["build-docker" | "build-image" | "dockerfile" | "manifest" | "push"]
>;

/** A model that is to be put into an image, and the name of the flavor that will run it. */
export interface ImageModel extends AsyncDisposable {
  readonly model: Model;
  readonly flavor: string;
}

/** Opens the model, which the caller disposes of. Throws `unsupported_model` for one that cannot be served. */
export async function openImageModel(context: ImageContext): Promise<ImageModel> {
  const { options, io } = context;
  const known = await loadFlavors({ flavor: undefined, useFlavor: options.useFlavor }, io);
  const packSource = packApart({ ...options, flavor: undefined }, io);
  const model = await openRunnable(context, options, known, { packSource });
  try {
    const { flavor } = chooseFlavor(model.descriptor, known.flavors, definedOf({ useFlavor: options.useFlavor }));
    return { model, flavor: flavor.name, [Symbol.asyncDispose]: () => model[Symbol.asyncDispose]() };
  } catch (error) {
    await model[Symbol.asyncDispose]();
    throw error;
  }
}

/** The options of an image, for who makes one. */
export function toImageOptions({
  platform = thisPlatform(),
  user,
  port,
  env = [],
  label = [],
  useFlavor,
}: CommandContext<(typeof COMMAND_OPTIONS)["build-docker" | "dockerfile"]>["options"]): ImageOptions {
  return { platform, user, port, env, label, ...definedOf({ useFlavor }) };
}

/** Containers run Linux; on the processor of this machine they need nothing to be emulated. */
function thisPlatform(): ImageSettings["platform"] {
  return process.arch === "arm64" ? "linux/arm64" : "linux/amd64";
}
