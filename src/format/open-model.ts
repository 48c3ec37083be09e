import type { KeyObject } from "node:crypto";
import { stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, resolve } from "node:path";
import { MlserveError, quoteName } from "../core/errors.js";
import { type Logger, silentLogger } from "../core/logger.js";
import { countBytes, type OnProgress } from "../core/progress.js";
import { extractArchive } from "./archive-reader.js";
import { hashFile } from "./file-bytes.js";
import { fileSystemError, systemCode } from "./file-system-error.js";
import { findForeignFile, findUnpackedFile } from "./foreign-file.js";
import { listModelFolder } from "./list-folder.js";
import type { Model } from "./model.js";
import { copyPrivately } from "./private-copy.js";
import { makePrivateFolder, removePrivateFolder, sweepPrivateFolders } from "./private-folder.js";
import { type FoundModel, type HashedFile, readModel, type VerifiedModel } from "./read-model.js";
import { suggestPath } from "./similar-path.js";

/** How a model is opened. */
export interface OpenModelOptions {
  /** Refuse a model that has no `SHA256SUMS`. Default false: it is opened with a warning. */
  readonly requireChecksums?: boolean;
  /** Ed25519 public keys: refuse a model that none of them has signed. Default: signatures are not looked at. */
  readonly trust?: readonly KeyObject[];
  /**
   * Where an archive is unpacked, in a private folder of its own. Default: the system's folder for temporary files.
   * A program that may be ended before it disposes of the model gives a folder that it removes itself, or what makes one
   * when it is needed.
   */
  readonly temporaryFolder?: string | (() => string);
  /**
   * Copy the files of a folder to a private one, as those of an archive are unpacked, so that what becomes of the folder
   * changes nothing. Where no private folder can be made or has room, they are used where they are, and refused when they
   * are read again and have changed. Default false: the folder must not change while the model is used.
   */
  readonly privateCopy?: boolean;
  /** Gets the warnings that the model has too. Default: nothing is logged. */
  readonly logger?: Logger;
  /** Told how far unpacking, and checking the files of a folder, are. */
  readonly onProgress?: OnProgress;
}

/**
 * Opens a package, a `.tar.gz` or a folder, and checks its files against `SHA256SUMS` before anything reads them.
 *
 * The caller disposes of the model, which removes what was unpacked. Throws the rows `model_not_found` to
 * `invalid_descriptor` of the error table, and `file_system`; then nothing is left behind.
 */
export async function openModel(source: string, options: OpenModelOptions = {}): Promise<Model> {
  const found = await findModel(source, options);
  try {
    const model = await readModel(found, options);
    for (const warning of model.warnings) (options.logger ?? silentLogger).warn({ model: model.name }, warning);
    return model;
  } catch (error) {
    found.dispose();
    throw error;
  }
}

/**
 * The files of a package, a `.tar.gz` or a folder, before anything has read them; the caller disposes of them.
 *
 * Throws what {@link openModel} throws of archives and folders.
 */
export async function findModel(
  source: string,
  options: Pick<OpenModelOptions, "temporaryFolder" | "privateCopy" | "onProgress"> = {},
): Promise<FoundModel> {
  if (!(await isFolder(source))) return findInArchive(source, options);
  const found = await findInFolder(source);
  return options.privateCopy === true ? copyFolder(found, options) : found;
}

async function isFolder(source: string): Promise<boolean> {
  try {
    const stats = await stat(source);
    if (stats.isFile() || stats.isDirectory()) return stats.isDirectory();
  } catch (error) {
    if (systemCode(error) !== "ENOENT" && systemCode(error) !== "ENOTDIR")
      throw fileSystemError(error, quoteName(source));
    const hint =
      (await suggestPath(source)) ??
      "Give the path of a package that mlserve pack wrote, or of a folder with an MLmodel file";
    throw new MlserveError("model_not_found", `there is no file or folder ${quoteName(source)}`, {
      hint,
      cause: error,
    });
  }
  throw new MlserveError("invalid_package", "is neither a file nor a folder", { where: quoteName(source) });
}

/** `ignore` is a file of the folder to pass over, by its real path. */
export async function openFolder(
  source: string,
  options: OpenModelOptions = {},
  ignore?: string,
): Promise<VerifiedModel> {
  return readModel(await findInFolder(source, ignore), options);
}

async function findInFolder(source: string, ignore?: string): Promise<FoundModel> {
  const files = await listModelFolder(source, ignore);
  const name = basename(resolve(source)) || "model";
  return { files, name, where: quoteName(source), dispose: () => {}, kind: "folder" };
}

async function copyFolder(found: FoundModel, options: OpenModelOptions): Promise<FoundModel> {
  let dispose = (): void => {};
  try {
    const folder = openPrivateFolder(options);
    dispose = () => removePrivateFolder(folder);
    return { ...found, files: await copyPrivately(found.files, folder, options.onProgress), dispose };
  } catch (error) {
    dispose();
    if (error instanceof MlserveError ? !isWithoutPlace(error.cause) : !isWithoutPlace(error))
      throw fileSystemError(error, found.where);
    return pinFolder(found, options.onProgress);
  }
}

/** Is there no folder to write to, or no room in it? */
function isWithoutPlace(error: unknown): boolean {
  return ["EACCES", "EPERM", "EROFS", "ENOENT", "ENOSPC", "EDQUOT"].includes(systemCode(error) ?? "");
}

/** Files that stay where they are are used only as long as they are what they were. */
async function pinFolder(found: FoundModel, onProgress: OnProgress | undefined): Promise<FoundModel> {
  const total = found.files.reduce((sum, { bytes }) => sum + bytes, 0);
  const onBytes = countBytes(onProgress, "check", total);
  const files: HashedFile[] = [];
  for (const file of found.files) files.push({ ...file, ...(await hashFile(file, onBytes)) });
  return { ...found, files, isPinned: true };
}

function openPrivateFolder({ temporaryFolder = tmpdir() }: OpenModelOptions): string {
  const parent = typeof temporaryFolder === "string" ? temporaryFolder : temporaryFolder();
  sweepPrivateFolders(parent);
  return makePrivateFolder(parent);
}

async function findInArchive(source: string, options: OpenModelOptions): Promise<FoundModel> {
  refuseOtherFiles(source);
  const folder = openPrivateFolder(options);
  const dispose = (): void => removePrivateFolder(folder);
  try {
    const files = withoutTopFolder(await unpack(source, folder, options));
    return { files, name: archiveName(source), where: quoteName(source), dispose, kind: "archive" };
  } catch (error) {
    dispose();
    throw error;
  }
}

async function unpack(source: string, folder: string, { onProgress }: OpenModelOptions): Promise<HashedFile[]> {
  try {
    const files = await extractArchive(source, folder, {}, onProgress);
    return files.map((file) => ({ ...file, path: resolve(folder, file.name), isPrivate: true }));
  } catch (error) {
    throw inPackage(error, source);
  }
}

/** Errors of the archive name the entry; here they learn the package. */
function inPackage(error: unknown, source: string): unknown {
  if (!(error instanceof MlserveError)) return fileSystemError(error, quoteName(source));
  const { kind, reason, where: entry, hint, cause } = error;
  return new MlserveError(kind, entry === undefined ? reason : `${entry}: ${reason}`, {
    where: quoteName(source),
    ...(hint === undefined ? {} : { hint }),
    cause,
  });
}

/** `tar czf model.tar.gz my_model` puts one folder around the model; what lies in it is the model. */
function withoutTopFolder(files: readonly HashedFile[]): readonly HashedFile[] {
  if (files.some(({ name }) => name === "MLmodel")) return files;
  const prefix = /^[^/]+\//.exec(files[0]?.name ?? "")?.[0];
  if (prefix === undefined || !files.every(({ name }) => name.startsWith(prefix))) return files;
  return files.map((file) => ({ ...file, name: file.name.slice(prefix.length) }));
}

function refuseOtherFiles(source: string): void {
  const where = quoteName(source);
  const foreign = findForeignFile(source);
  if (foreign !== undefined) throw new MlserveError("unsupported_model", foreign.reason, { where, hint: foreign.hint });
  const unpacked = findUnpackedFile(source);
  if (unpacked !== undefined)
    throw new MlserveError("invalid_package", unpacked.reason, { where, hint: unpacked.hint });
}

/** `iris.tar.gz` -> `iris`. */
function archiveName(source: string): string {
  return basename(source).replace(/(\.tar|\.tar\.gz|\.tgz)$/i, "") || basename(source);
}
