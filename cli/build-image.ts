import { rmSync } from "node:fs";
import { relative } from "node:path";
import type { BUILD_IMAGE_OPTIONS } from "../src/config/options.js";
import { MlserveError } from "../src/core/errors.js";
import { type BaseLocation, parseBaseLocation } from "../src/images/base/base-location.js";
import { buildImage, type PlatformImage } from "../src/images/build-image.js";
import { type ImagePlan, planImage } from "../src/images/image-plan.js";
import { type ImageSet, toImageSet } from "../src/images/oci/image-set.js";
import { formatReference, type ImageReference, parseReference, shortReference } from "../src/images/oci/reference.js";
import { writeArchive } from "../src/images/oci/write-archive.js";
import { type Pushed, pushImages } from "../src/images/registry/push-images.js";
import type { CommandContext } from "./command.js";
import { openImageModel, toImageOptions } from "./image-model.js";
import { fileOfFlag } from "./named-files.js";
import { toPath } from "./open.js";
import { sentText } from "./push.js";
import { readSourceDate } from "./source-date.js";
import { formatBytes, formatTable } from "./text.js";

type BuildImageContext = CommandContext<typeof BUILD_IMAGE_OPTIONS>;

/** `mlserve build-image`. */
export async function buildImageCommand(context: BuildImageContext): Promise<void> {
  const targets = readTargets(context);
  await using opened = await openImageModel(context);
  for (const warning of opened.model.warnings) await context.output.warning(warning);
  const plans: ImagePlan[] = [];
  for (const options of platformOptions(context))
    plans.push(await planImage(opened.model, opened.flavor, options, context.output.progress.show));
  const built = await buildImage(plans, buildOptions(context, targets.base));
  checkSizes(built, context.options.maxSize);
  const set = toImageSet(built.map(({ image }) => image));
  const reference = targets.tag ?? targets.push ?? nameOf(opened.model.name);
  const bytes = targets.output === undefined ? undefined : await write(context, set, targets.output, reference);
  const pushed = targets.push === undefined ? undefined : await push(context, set, targets.push, targets.base);
  await tell(context, { built, set, reference, bytes, pushed, ...targets });
}

interface Targets {
  readonly base: BaseLocation;
  readonly output: string | undefined;
  readonly push: ImageReference | undefined;
  readonly tag: ImageReference | undefined;
}

/** Before the model is read, which may take long. */
function readTargets({ options, io }: BuildImageContext): Targets {
  const { output, push, tag, baseImage } = options;
  if (output === undefined && push === undefined)
    throw new MlserveError("usage", "expected a file or a registry to write the image to", {
      where: "--output",
      hint: "Give -o FILE.tar, --push REGISTRY/NAME:TAG, or both",
    });
  if (output !== undefined && OTHER_ARCHIVES.test(output))
    throw new MlserveError("usage", "an image is written as a .tar", { where: fileOfFlag("--output", output) });
  const base = parseBaseLocation(baseImage, "--base-image");
  return {
    base: base.kind === "registry" ? base : { ...base, path: toPath(base.path, io) },
    output: output && toPath(output, io),
    push: push === undefined ? undefined : parseReference(push, "--push"),
    tag: tag === undefined ? undefined : parseReference(tag, "--tag"),
  };
}

const OTHER_ARCHIVES = /\.(gz|tgz|zip|7z|rar|bz2|xz|zst)$/i;

function platformOptions({ options }: BuildImageContext): ReturnType<typeof toImageOptions>[] {
  const { platform = [], ...others } = options;
  const wanted = platform.length === 0 ? [undefined] : [...new Set(platform.flat())];
  return wanted.map((each) => toImageOptions({ ...others, platform: each }));
}

function buildOptions(context: BuildImageContext, base: BaseLocation): Parameters<typeof buildImage>[1] {
  const { options, io, output, temporaryFolder } = context;
  return {
    base,
    folder: temporaryFolder(),
    created: readSourceDate(io) ?? new Date(0),
    environment: io.environment,
    insecure: options.insecure,
    onProgress: output.progress.show,
  };
}

/** A model's name as images may be called. */
function nameOf(model: string): ImageReference {
  const name = model
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 100);
  return { registry: "docker.io", repository: `library/${name || "model"}`, tag: "latest", digest: undefined };
}

function checkSizes(built: readonly PlatformImage[], maxSize: number | undefined): void {
  const largest = Math.max(...built.map(sizeOf));
  if (maxSize === undefined || largest <= maxSize) return;
  throw new MlserveError("invalid_image", `the image has ${formatBytes(largest)}, more than ${formatBytes(maxSize)}`, {
    where: "--max-size",
    hint: "Take a smaller --base-image, or allow more",
  });
}

function sizeOf({ layers }: PlatformImage): number {
  return layers.reduce((sum, { bytes }) => sum + bytes, 0);
}

function write(
  { io, output }: BuildImageContext,
  set: ImageSet,
  target: string,
  reference: ImageReference,
): Promise<number> {
  const name = {
    full: formatReference(reference),
    short: shortReference(reference),
    tag: reference.tag ?? "latest",
  };
  return writeArchive(target, set, {
    name,
    onBytes: (done, total) => output.progress.show({ work: "write", done, total }),
    onTemporaryFile: (file) => io.atExit(() => rmSync(file, { force: true })),
  });
}

function push(
  { options, io, output }: BuildImageContext,
  set: ImageSet,
  reference: ImageReference,
  base: BaseLocation,
): Promise<Pushed> {
  const same = base.kind === "registry" && base.reference.registry === reference.registry;
  return pushImages(set, reference, {
    environment: io.environment,
    insecure: options.insecure,
    mountFrom: same ? base.reference.repository : undefined,
    onBytes: (done, total) => output.progress.show({ work: "push", done, total }),
  });
}

interface Result extends Targets {
  readonly built: readonly PlatformImage[];
  readonly set: ImageSet;
  readonly reference: ImageReference;
  readonly bytes: number | undefined;
  readonly pushed: Pushed | undefined;
}

function tell({ io, output }: BuildImageContext, result: Result): Promise<void> {
  const { built, set, reference, pushed, bytes, push: pushedTo } = result;
  const { digest } = set.root.descriptor;
  const file = result.output === undefined ? undefined : relative(io.cwd, result.output);
  const fields = {
    image: formatReference(reference),
    digest,
    ...(file === undefined ? {} : { output: file, bytes }),
    ...(pushedTo === undefined ? {} : { pushed: formatReference(pushedTo), blobs: pushed?.blobs }),
    platforms: built.map(({ image, layers }) => ({
      platform: platformOf(image.platform),
      digest: image.manifest.descriptor.digest,
      layers,
    })),
  };
  const lines = [
    ...(file === undefined ? [] : [`wrote ${shortReference(reference)} into ${file}, ${formatBytes(bytes ?? 0)}`]),
    ...(pushedTo === undefined || pushed === undefined
      ? []
      : [`pushed ${formatReference(pushedTo)}, ${sentText(pushed)}`]),
    ...formatTable(built.flatMap((each) => layerRows(each, built.length > 1))),
    `digest: ${digest}`,
  ];
  return output.result(fields, lines, [digest]);
}

function layerRows({ image, layers }: PlatformImage, several: boolean): string[][] {
  const prefix = several ? `${platformOf(image.platform)} ` : "";
  return layers.map(({ title, bytes }) => [`${prefix}${title}`, formatBytes(bytes)]);
}

function platformOf({ os, architecture }: { os: string; architecture: string }): string {
  return `${os}/${architecture}`;
}
