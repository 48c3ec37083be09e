import type { Dirent } from "node:fs";
import { readdir, realpath, stat } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { MlserveError, quoteName } from "../core/errors.js";
import { DEFAULT_LIMITS } from "./archive-limits.js";
import { createNameSet, nameFault } from "./file-names.js";
import { fileSystemError } from "./file-system-error.js";
import type { FoundFile } from "./model-files.js";

/** What tools leave in folders, and what is never a part of a model: version control, caches, a file manager's notes. */
const LEFTOVERS: ReadonlySet<string> = new Set([".git", "__pycache__", ".DS_Store"]);

/**
 * All files of a model's folder, but those that tools leave there.
 *
 * Throws `invalid_package` for a link that leads out of the folder or to another folder, for what is no regular file,
 * and for names that could not stand in a package. `ignore` is a file to leave out, by its real path.
 */
export async function listModelFolder(folder: string, ignore?: string): Promise<readonly FoundFile[]> {
  const names = createNameSet();
  const files: FoundFile[] = [];
  for await (const file of walk(folder, refuseFault)) {
    if (file.path === ignore) continue;
    names.addFile(file.name);
    files.push(file);
    if (files.length > DEFAULT_LIMITS.entries)
      throw new MlserveError("invalid_package", `the folder has more than ${DEFAULT_LIMITS.entries} files`);
  }
  return files;
}

/**
 * The files that may belong to a bare model: what lies in its folder, nearest first and not without end.
 *
 * What could not be in a package is passed over, for the folder may hold anything; so are the folders named.
 */
export async function listCandidates(
  folder: string,
  passedOver: ReadonlySet<string> = new Set(),
): Promise<readonly FoundFile[]> {
  const files: FoundFile[] = [];
  for await (const file of walk(folder, () => {}, passedOver)) {
    if (nameFault(file.name) === undefined) files.push(file);
    if (files.length === DEFAULT_LIMITS.entries) break;
  }
  return files;
}

type FaultHandler = (name: string, reason: string, cause?: unknown) => void;

const refuseFault: FaultHandler = (name, reason, cause) => {
  throw (
    fileSystemError(cause, `file ${quoteName(name)}`) ??
    new MlserveError("invalid_package", reason, { where: `file ${quoteName(name)}` })
  );
};

/** Breadth first: files of the folder itself come before those of its folders. */
async function* walk(
  folder: string,
  onFault: FaultHandler,
  passedOver: ReadonlySet<string> = new Set(),
): AsyncGenerator<FoundFile> {
  const root = await realpath(folder);
  const waiting = [""];
  for (let prefix = waiting.shift(); prefix !== undefined; prefix = waiting.shift()) {
    for (const entry of await readFolder(root, prefix, folder, onFault)) {
      if (LEFTOVERS.has(entry.name)) continue;
      const name = prefix + entry.name;
      if (entry.isDirectory()) {
        if (!passedOver.has(entry.name)) waiting.push(`${name}/`);
        continue;
      }
      const file = await resolveFile(root, name, onFault);
      if (file !== undefined) yield file;
    }
  }
}

async function readFolder(root: string, prefix: string, shown: string, onFault: FaultHandler): Promise<Dirent[]> {
  try {
    return await readdir(join(root, prefix), { withFileTypes: true });
  } catch (cause) {
    onFault(prefix === "" ? shown : prefix, "the folder cannot be read", cause);
    return [];
  }
}

/** A file by where it really lies, so that a link that is changed later leads nobody elsewhere. */
async function resolveFile(root: string, name: string, onFault: FaultHandler): Promise<FoundFile | undefined> {
  try {
    const path = await realpath(join(root, name));
    const stats = await stat(path);
    const fault = placeFault(root, path) ?? (stats.isFile() ? undefined : "is neither a regular file nor a folder");
    if (fault === undefined) return { name, path, bytes: stats.size };
    onFault(name, fault);
  } catch (cause) {
    if (cause instanceof MlserveError) throw cause;
    onFault(name, "cannot be read", cause);
  }
  return undefined;
}

function placeFault(root: string, path: string): string | undefined {
  const way = relative(root, path);
  const outside = way === ".." || way.startsWith(`..${sep}`) || join(root, way) !== path;
  return outside ? "is a link out of the model's folder" : undefined;
}
