import { createWriteStream } from "node:fs";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { MlserveError, quoteName } from "../core/errors.js";
import { fileSystemError } from "../format/file-system-error.js";
import { replaceFile } from "../format/replace-file.js";
import { dockerfile, LAYER_FILES } from "./dockerfile.js";
import type { ImageLayer } from "./image.js";
import type { ImagePlan } from "./image-plan.js";
import { layerBytes } from "./layer-bytes.js";
import { writeLayer } from "./oci/layer.js";

const DOCKERFILE = "Dockerfile";

/** A layer as it lies in a build context. */
export interface ContextLayer {
  readonly title: ImageLayer["title"];
  /** Of its files. */
  readonly bytes: number;
  /** `sha256:…` of the tar, which engines write anew in their own way: always the same for the same tar. */
  readonly digest: string;
}

export interface BuildContext {
  readonly folder: string;
  readonly dockerfile: string;
  /** In the order in which they are added. */
  readonly layers: readonly ContextLayer[];
}

/**
 * Writes what an engine builds an image from: a Dockerfile, and a tar for each layer, whose bytes depend on nothing but
 * the files in it. A folder that is there may hold nothing else than an earlier context.
 *
 * Throws `usage` for a folder that holds other files, `file_system`, and what `dockerfile` throws.
 */
export async function writeBuildContext(plan: ImagePlan, baseImage: string, folder: string): Promise<BuildContext> {
  const text = dockerfile(plan.settings, baseImage);
  await makeFolder(folder);
  const layers: ContextLayer[] = [];
  for (const layer of plan.layers) layers.push(await writeTar(layer, join(folder, LAYER_FILES[layer.title])));
  await replaceFile(join(folder, DOCKERFILE), (path) => writeFile(path, text));
  return { folder, dockerfile: text, layers };
}

async function makeFolder(folder: string): Promise<void> {
  const where = "--context";
  const known: readonly string[] = [DOCKERFILE, ...Object.values(LAYER_FILES)];
  try {
    await mkdir(folder, { recursive: true });
    const other = (await readdir(folder)).find((name) => !known.includes(name));
    if (other !== undefined)
      throw new MlserveError("usage", `holds other files, such as ${quoteName(other)}`, {
        where,
        hint: "Name a folder that is new, empty, or an earlier context",
      });
  } catch (error) {
    throw fileSystemError(error, where);
  }
}

async function writeTar({ title, files }: ImageLayer, target: string): Promise<ContextLayer> {
  const { blob, diffId } = await writeLayer(files);
  await replaceFile(target, (path) =>
    pipeline(Readable.from(blob.open(), { objectMode: false }), createWriteStream(path, { flags: "wx" })),
  );
  return { title, bytes: await layerBytes(files), digest: diffId };
}
