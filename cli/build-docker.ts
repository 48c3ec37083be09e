import { join, relative } from "node:path";
import type { BUILD_DOCKER_OPTIONS } from "../src/config/options.js";
import { MlserveError } from "../src/core/errors.js";
import { type BuildContext, type ContextLayer, writeBuildContext } from "../src/images/build-context.js";
import { type ContainerEngine, checkTag, findEngine } from "../src/images/container-engine.js";
import { planImage } from "../src/images/image-plan.js";
import type { CommandContext } from "./command.js";
import { openImageModel, toImageOptions } from "./image-model.js";
import { toPath } from "./open.js";
import { formatBytes, formatTable, printable, quoteArgument } from "./text.js";

type BuildContextOf = CommandContext<typeof BUILD_DOCKER_OPTIONS>;

/** `mlserve build-docker`. */
export async function buildDockerCommand(context: BuildContextOf): Promise<void> {
  const { options } = context;
  const tags = (options.tag ?? []).map(checkTag);
  if (tags.length === 0 && options.context === undefined)
    throw new MlserveError("usage", "expected a name for the image", {
      where: "--tag",
      hint: "Give one, such as -t iris:1; or --context DIR, to write the build context alone",
    });
  // Before anything is written: without an engine nothing can be built.
  const engine = tags.length === 0 ? undefined : await openEngine(context);
  const written = await writeContext(context);
  checkSize(sumBytes(written.layers), options.maxSize);
  if (engine === undefined) return tellContext(context, written);
  await tellImage(context, written, engine, await buildImage(context, written, engine, tags));
}

function openEngine({ options, io, output }: BuildContextOf): Promise<ContainerEngine> {
  // The key of a server is nothing that an engine should have.
  const { MLSERVE_API_KEY: _, ...environment } = io.environment;
  return findEngine(options.engine, {
    environment,
    onLine: (line) => {
      output.progress.show({ work: "image" }, printable(line));
      void output.note(line);
    },
    onProcess: (child) => io.atExit(() => child.kill()),
  });
}

async function writeContext(context: BuildContextOf): Promise<BuildContext> {
  const { options, io, output, temporaryFolder } = context;
  await using opened = await openImageModel(context);
  const plan = await planImage(opened.model, opened.flavor, toImageOptions(options), output.progress.show);
  const folder = options.context === undefined ? join(temporaryFolder(), "context") : toPath(options.context, io);
  return await writeBuildContext(plan, options.baseImage, folder);
}

interface BuiltImage {
  readonly id: string;
  readonly tags: readonly string[];
  readonly bytes: number | undefined;
}

/** The image gets its names when it is known to be small enough. */
async function buildImage(
  { options, output, temporaryFolder }: BuildContextOf,
  { folder }: BuildContext,
  engine: ContainerEngine,
  tags: readonly string[],
): Promise<BuiltImage> {
  output.progress.show({ work: "image" });
  const id = await engine.build(folder, join(temporaryFolder(), "image-id"));
  const { bytes, isNamed } = await engine.look(id);
  try {
    if (bytes !== undefined) checkSize(bytes, options.maxSize);
  } catch (error) {
    // The same image may have been built before, when it was not too large.
    if (!isNamed) await engine.remove(id);
    throw error;
  }
  for (const tag of tags) await engine.tag(id, tag);
  output.progress.end();
  return { id, tags, bytes };
}

function checkSize(bytes: number, maxSize: number | undefined): void {
  if (maxSize === undefined || bytes <= maxSize) return;
  throw new MlserveError("invalid_image", `the image has ${formatBytes(bytes)}, more than ${formatBytes(maxSize)}`, {
    where: "--max-size",
    hint: "Take a smaller --base-image, or allow more",
  });
}

function sumBytes(layers: readonly ContextLayer[]): number {
  return layers.reduce((sum, { bytes }) => sum + bytes, 0);
}

function tellContext({ io, output }: BuildContextOf, { folder, layers }: BuildContext): Promise<void> {
  const name = relative(io.cwd, folder) || ".";
  const lines = [`wrote the context of an image to ${name}: docker build ${quoteArgument(name)}`, ...layerRows(layers)];
  return output.result({ context: name, layers }, lines, [name]);
}

function tellImage(
  { options, io, output }: BuildContextOf,
  { folder, layers }: BuildContext,
  engine: ContainerEngine,
  { id, tags, bytes }: BuiltImage,
): Promise<void> {
  const base = bytes === undefined ? [] : [{ title: "base", bytes: Math.max(0, bytes - sumBytes(layers)) }];
  const size = bytes === undefined ? "" : `, ${formatBytes(bytes)}`;
  const fields = {
    image: id,
    tags,
    engine: engine.name,
    base_image: options.baseImage,
    bytes: bytes ?? null,
    layers: [...base, ...layers],
    ...(options.context === undefined ? {} : { context: relative(io.cwd, folder) || "." }),
  };
  const lines = [`built ${tags.join(", ")} with ${engine.name}${size}`, ...layerRows([...base, ...layers])];
  return output.result(fields, lines, tags);
}

function layerRows(layers: readonly { readonly title: string; readonly bytes: number }[]): string[] {
  return formatTable(layers.map(({ title, bytes }) => [title, formatBytes(bytes)]));
}
