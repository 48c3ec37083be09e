import { readdir, realpath, stat } from "node:fs/promises";
import { basename, dirname, resolve } from "node:path";
import { MlserveError, quoteName } from "../core/errors.js";
import type { DescribedModel } from "../flavors/flavor.js";
import { functionFlavor } from "../flavors/js-function/flavor.js";
import { checkFileName } from "../format/file-names.js";
import { fileSystemError, systemCode } from "../format/file-system-error.js";
import { type ForeignFile, findForeignFile } from "../format/foreign-file.js";
import { listCandidates } from "../format/list-folder.js";
import { MLMODEL_FILE } from "../format/mlmodel.js";
import type { FoundFile } from "../format/model-files.js";
import { suggestPath } from "../format/similar-path.js";
import { findFunctionEntry, functionName, isFunctionSource } from "./function/find-entry.js";

/** What `pack` is given. */
export type Source = SavedSource | BareSource | FunctionSource;

/** A folder that MLflow saved, or that was unpacked from a package. */
export interface SavedSource {
  readonly kind: "saved";
  readonly folder: string;
  /** For people, and the name of the package. */
  readonly name: string;
}

/** A model without an MLmodel file. */
export interface BareSource {
  readonly kind: "bare";
  readonly name: string;
  /** What to call it in an error. */
  readonly where: string;
  /** The files that may belong to it. */
  readonly files: readonly FoundFile[];
  /** The one that was named, when it was a file and not a folder. */
  readonly file?: string;
  /** What the named file is, in case that no flavor takes it. */
  readonly known?: ForeignFile | undefined;
  /** What they are, where it is known already. */
  readonly described?: DescribedModel;
}

/** A function in JavaScript or TypeScript, which becomes a bare model when it is bundled. */
export interface FunctionSource {
  readonly kind: "function";
  readonly name: string;
  readonly where: string;
  readonly folder: string;
  /** The source file, relative to the folder. */
  readonly entry: string;
  /** Was it taken because of what lies in a folder, and not named? */
  readonly found: boolean;
}

/**
 * What lies at a path. A folder with a function is one, whatever lies beside it, unless `useFlavor` names another flavor.
 *
 * Throws `model_not_found`, and `usage` for the MLmodel file of a folder.
 */
export async function findSource(path: string, useFlavor?: string): Promise<Source> {
  const stats = await stat(path).catch(async (error: unknown) => {
    throw await missing(error, path);
  });
  const mayBeFunction = useFlavor === undefined || useFlavor === functionFlavor.name;
  if (stats.isFile())
    return isFunctionSource(path) && mayBeFunction
      ? { ...toFunction(dirname(path), basename(path), path), found: false }
      : findBareFile(path);
  if (!stats.isDirectory())
    throw new MlserveError("model_not_found", "is neither a file nor a folder", { where: quoteName(path) });
  const name = basename(resolve(path));
  const names = await readdir(path).catch((error: unknown) => {
    throw fileSystemError(error, quoteName(path));
  });
  if (names.includes(MLMODEL_FILE)) return { kind: "saved", folder: path, name };
  const entry = mayBeFunction ? await findFunctionEntry(path, names) : undefined;
  if (entry !== undefined) return toFunction(path, entry, path);
  return { kind: "bare", name, where: quoteName(path), files: await listCandidates(path, PASSED_OVER) };
}

/** Folders of packages: large, and no weights of a model lie in them. */
const PASSED_OVER: ReadonlySet<string> = new Set(["node_modules", ".venv", "venv"]);

function toFunction(folder: string, entry: string, path: string): FunctionSource {
  const absolute = resolve(folder);
  const name = functionName(entry, absolute);
  return { kind: "function", name, where: quoteName(path), folder: absolute, entry, found: true };
}

async function missing(error: unknown, path: string): Promise<unknown> {
  if (systemCode(error) !== "ENOENT" && systemCode(error) !== "ENOTDIR") return fileSystemError(error, quoteName(path));
  const hint =
    (await suggestPath(path)) ??
    "Give the path of a folder that MLflow saved, of an .onnx file, of a TensorFlow.js model.json, or of a function in JavaScript";
  return new MlserveError("model_not_found", `there is no file or folder ${quoteName(path)}`, { hint, cause: error });
}

const ARCHIVE: ForeignFile = {
  reason: "is an archive, which is packed already",
  hint: "Serve it as it is, or unpack it and pack the folder",
};

async function findBareFile(path: string): Promise<BareSource> {
  const name = basename(path);
  if (name === MLMODEL_FILE)
    throw new MlserveError("usage", "is the MLmodel file of a folder", {
      where: quoteName(path),
      hint: "Pack the folder",
    });
  checkFileName(name);
  const real = await realpath(path);
  const { size } = await stat(real);
  // What lies beside it may be its weights.
  const beside = (await listCandidates(dirname(path), PASSED_OVER)).filter((file) => file.name !== name);
  return {
    kind: "bare",
    name: name.replace(/\.[^.]+$/, "") || name,
    where: quoteName(path),
    files: [{ name, path: real, bytes: size }, ...beside],
    file: name,
    known: findKnown(name),
  };
}

function findKnown(name: string): ForeignFile | undefined {
  return /\.(tar|tar\.gz|tgz)$/i.test(name) ? ARCHIVE : findForeignFile(name);
}
