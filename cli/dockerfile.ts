import type { DOCKERFILE_OPTIONS } from "../src/config/options.js";
import { dockerfile } from "../src/images/dockerfile.js";
import { imageSettings } from "../src/images/image-config.js";
import { modelLayer } from "../src/images/model-layer.js";
import type { CommandContext } from "./command.js";
import { openImageModel, toImageOptions } from "./image-model.js";

/** `mlserve dockerfile`. */
export async function dockerfileCommand(context: CommandContext<typeof DOCKERFILE_OPTIONS>): Promise<void> {
  const { options, output } = context;
  await using opened = await openImageModel(context);
  const { digest } = await modelLayer(opened.model, output.progress.show);
  const text = dockerfile(imageSettings(opened.model, digest, toImageOptions(options)), options.baseImage);
  await output.result({ dockerfile: text }, [text.trimEnd()]);
}
