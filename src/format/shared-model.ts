import { checkFile } from "./checksums.js";
import { hashFile } from "./file-bytes.js";
import { MLMODEL_FILE, parseMlmodel } from "./mlmodel.js";
import type { Model, ModelFiles } from "./model.js";
import { createModelFiles } from "./model-files.js";
import { type HashedFile, pinsOf } from "./read-model.js";

/** An open model as it is told to another process, which uses the same files. */
export interface SharedModel {
  readonly name: string;
  readonly digest: string | undefined;
  /** With the sha256 that they have to have, where others may change them. */
  readonly files: readonly HashedFile[];
}

export function toSharedModel({ name, digest, files }: Model): SharedModel {
  return { name, digest, files: files.names.map((file) => toFound(files, file)) };
}

/** What another process has to know of a file. */
function toFound(files: ModelFiles, name: string): HashedFile {
  const sha256 = files.sha256?.(name);
  const isPrivate = files.isPrivate?.(name) === true;
  return {
    name,
    path: files.path(name),
    bytes: files.size(name),
    ...(sha256 !== undefined && { sha256 }),
    ...(isPrivate && { isPrivate }),
  };
}

/**
 * Opens what another process has opened and checked. The files stay that process's: nothing is removed here.
 *
 * Throws `checksum_mismatch` where others could change them, and did.
 */
export async function openSharedModel({ name, digest, files: found }: SharedModel): Promise<Model> {
  const pins = pinsOf(found);
  // Some are given to the runtime by their paths.
  for (const file of found) if (pins.has(file.name)) checkFile(pins, file.name, (await hashFile(file)).sha256);
  const files = pins.size === 0 ? createModelFiles(found) : createModelFiles(found, pins, true);
  return {
    name,
    digest,
    files,
    descriptor: parseMlmodel(await files.read(MLMODEL_FILE)),
    warnings: [],
    async [Symbol.asyncDispose]() {},
  };
}
