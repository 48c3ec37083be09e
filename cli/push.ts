import type { PUSH_OPTIONS } from "../src/config/options.js";
import { MlserveError } from "../src/core/errors.js";
import { type CarOptions, type PushedModel, pushModel } from "../src/images/artifact/push-model.js";
import { parseBaseLocation } from "../src/images/base/base-location.js";
import { formatReference, parseReference } from "../src/images/oci/reference.js";
import type { CommandContext } from "./command.js";
import { openImageModel } from "./image-model.js";
import { toPath } from "./open.js";
import { withoutScheme } from "./remote-model.js";
import { readSourceDate } from "./source-date.js";
import { formatBytes } from "./text.js";

type PushContext = CommandContext<typeof PUSH_OPTIONS>;

/** `mlserve push`. */
export async function pushCommand(context: PushContext): Promise<void> {
  const { options, io, output, otherArguments } = context;
  const reference = parseReference(withoutScheme(otherArguments[0] ?? ""), "<reference>");
  const car = carOptions(context);
  await using opened = await openImageModel(context);
  for (const warning of opened.model.warnings) await output.warning(warning);
  const pushed = await pushModel(opened.model, reference, {
    car,
    flavor: opened.flavor,
    created: readSourceDate(io) ?? new Date(0),
    environment: io.environment,
    insecure: options.insecure,
    onProgress: output.progress.show,
    onBytes: (done, total) => output.progress.show({ work: "push", done, total }),
  });
  const name = formatReference(reference);
  const { digest, modelDigest, blobs } = pushed;
  await output.result(
    { name: opened.model.name, reference: name, digest, model_digest: modelDigest, blobs },
    [
      `pushed ${opened.model.name} to ${name}, ${sentText(pushed)}`,
      `digest: ${digest}`,
      `next: ${output.paint("green", `mlserve serve oci://${name}`)}`,
    ],
    [digest],
  );
}

/** Throws `usage` for what an artifact that is no image cannot have. */
function carOptions({ options, io, temporaryFolder }: PushContext): CarOptions | undefined {
  const { format, baseImage, platform = [] } = options;
  if (format === "modelpack") {
    const given = baseImage !== undefined ? "--base-image" : platform.length > 0 ? "--platform" : undefined;
    if (given === undefined) return undefined;
    throw new MlserveError("usage", "only an image has one", { where: given, hint: "Add --format modelcar" });
  }
  const base = baseImage === undefined ? undefined : parseBaseLocation(baseImage, "--base-image");
  return {
    base: base === undefined || base.kind === "registry" ? base : { ...base, path: toPath(base.path, io) },
    platforms: platform.length === 0 ? ["linux/amd64", "linux/arm64"] : [...new Set(platform.flat())],
    folder: temporaryFolder(),
  };
}

/** How much had to be sent, for people. */
export function sentText({ blobs }: Pick<PushedModel, "blobs">): string {
  const sent = blobs.filter(({ upload }) => upload === "sent");
  const bytes = sent.reduce((sum, { size }) => sum + size, 0);
  return sent.length === 0 ? "which has all of its layers" : `${formatBytes(bytes)} sent`;
}
