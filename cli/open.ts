import { readdir } from "node:fs/promises";
import { isAbsolute, relative, resolve } from "node:path";
import { MlserveError, quoteName } from "../src/core/errors.js";
import type { OnProgress } from "../src/core/progress.js";
import { MLMODEL_FILE } from "../src/format/mlmodel.js";
import type { Model } from "../src/format/model.js";
import { openModel } from "../src/format/open-model.js";
import { isFunctionSource } from "../src/pack/function/find-entry.js";
import type { CommandContext } from "./command.js";
import type { KnownFlavors } from "./flavors.js";
import type { Io } from "./io.js";
import { type CheckOptions, modelChecks } from "./trust.js";

type OpenContext = Pick<CommandContext, "argument" | "io" | "output" | "temporaryFolder">;

/** Opens the model that the command line names: a package, a .tar.gz or a folder. */
export function openArgument(
  { argument, io, output, temporaryFolder }: OpenContext,
  options: CheckOptions,
  privateCopy = false,
): Promise<Model> {
  const onProgress = output.progress.show;
  return openModel(toPath(argument, io), { ...modelChecks(options, io), temporaryFolder, privateCopy, onProgress });
}

/** Packs what lies at a path into a folder, and gives the path of the package. */
export type PackSource = (path: string, folder: string, known: KnownFlavors & Shown) => Promise<string>;

interface Shown {
  readonly onProgress?: OnProgress;
}

interface RunnableOptions {
  /** Default: in this process, which runs the model too. */
  readonly packSource?: PackSource;
  /** See `openModel`. */
  readonly privateCopy?: boolean;
}

/** {@link openArgument} for what is run: what is no package yet is packed into the temporary folder first. */
export async function openRunnable(
  context: OpenContext,
  options: CheckOptions,
  { onProgress = context.output.progress.show, ...known }: KnownFlavors & Shown,
  { packSource = packHere, privateCopy = false }: RunnableOptions = {},
): Promise<Model> {
  const path = toPath(context.argument, context.io);
  if (!(await isUnpacked(path))) return openArgument(context, options, privateCopy);
  if (options.trust !== undefined) throw unsigned(context.argument);
  const temporaryFolder = context.temporaryFolder();
  return openModel(await packSource(path, temporaryFolder, { ...known, onProgress }), { temporaryFolder, onProgress });
}

const packHere: PackSource = async (path, folder, known) => {
  const { packTemporary } = await import("./pack-temporary.js");
  return packTemporary(path, folder, known);
};

export function unsigned(argument: string): MlserveError {
  return new MlserveError("untrusted_package", "is source, which nobody has signed", {
    where: quoteName(argument),
    hint: "Pack it, sign the package with mlserve sign, and serve that, or leave --trust out",
  });
}

/** A model's own file, or a folder without an MLmodel file. What is not there is told by who opens it. */
export async function isUnpacked(path: string): Promise<boolean> {
  const names = await readdir(path).catch(() => undefined);
  return names === undefined ? isFunctionSource(path) || MODEL_FILE.test(path) : !names.includes(MLMODEL_FILE);
}

/** Files of which a flavor makes a model: a graph of ONNX, the model.json of TensorFlow.js. */
const MODEL_FILE = /\.(onnx|json)$/i;

/** Short, as the user wrote it, since errors show it; this process may run in another folder than the command. */
export function toPath(argument: string, { cwd, fetched }: Pick<Io, "cwd" | "fetched">): string {
  return fetched?.get(argument) ?? relativePath(argument, cwd);
}

function relativePath(argument: string, cwd: string): string {
  return isAbsolute(argument) ? argument : relative(process.cwd(), resolve(cwd, argument)) || ".";
}
