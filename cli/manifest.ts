import { writeFile } from "node:fs/promises";
import { relative } from "node:path";
import { stringify, type ToStringOptions } from "yaml";
import type { MANIFEST_OPTIONS } from "../src/config/options.js";
import { MlserveError, quoteName } from "../src/core/errors.js";
import type { Model } from "../src/format/model.js";
import { replaceFile } from "../src/format/replace-file.js";
import { checkImageOptions } from "../src/images/image-config.js";
import { composeManifest } from "../src/images/manifests/compose.js";
import { type Deployment, isHostName, toHostName, usualMemory } from "../src/images/manifests/deployment.js";
import { kubernetesManifest } from "../src/images/manifests/kubernetes.js";
import type { CommandContext } from "./command.js";
import { openImageModel } from "./image-model.js";
import { toPath } from "./open.js";

type ManifestContext = CommandContext<typeof MANIFEST_OPTIONS>;

const TARGETS: Readonly<Record<ManifestContext["options"]["target"], (deployment: Deployment) => readonly object[]>> = {
  kubernetes: kubernetesManifest,
  compose: (deployment) => [composeManifest(deployment)],
};

/** Older readers take `22:22` for a number, and nobody wants to edit a line that is folded. */
const LAYOUT = { compat: "yaml-1.1", aliasDuplicateObjects: false, lineWidth: 0 } as const satisfies ToStringOptions &
  Record<string, unknown>;

/** `mlserve manifest`. */
export async function manifestCommand(context: ManifestContext): Promise<void> {
  const { options, io, output } = context;
  await using opened = await openImageModel(context);
  const documents = TARGETS[options.target](toDeployment(opened.model, options));
  const text = documents.map((document) => stringify(document, LAYOUT)).join("---\n");
  if (options.output === undefined) return await output.result({ documents }, [text.trimEnd()]);
  const target = toPath(options.output, io);
  await replaceFile(target, (path) => writeFile(path, text));
  const name = relative(io.cwd, target);
  await output.result({ output: name, documents }, [`wrote ${name}`], [name]);
}

function toDeployment({ name, files }: Model, options: ManifestContext["options"]): Deployment {
  const { image, port, user, replicas, cpus, drainDelay, shutdownGrace, env = [] } = options;
  checkImageOptions({ user, port, env, label: [] });
  const modelBytes = files.names.reduce((sum, file) => sum + files.size(file), 0);
  return {
    name: options.name === undefined ? toHostName(name) : checkName(options.name),
    image: checkImage(image),
    port,
    user,
    replicas,
    cpus,
    memoryBytes: options.memory ?? usualMemory(modelBytes),
    drainDelayMs: drainDelay,
    graceMs: shutdownGrace,
    env: Object.fromEntries(env),
  };
}

function checkName(name: string): string {
  if (isHostName(name)) return name;
  throw new MlserveError("usage", "expected up to 63 lower-case letters, digits and dashes, a letter first", {
    where: `--name ${quoteName(name)}`,
  });
}

function checkImage(image: string | undefined): string {
  if (image !== undefined && /^[\w][\w.:/@-]*$/.test(image)) return image;
  throw new MlserveError("usage", "expected the name of the image that holds the model", {
    where: image === undefined ? "--image" : `--image ${quoteName(image)}`,
    hint: "Build one with mlserve build-docker or mlserve build-image",
  });
}
