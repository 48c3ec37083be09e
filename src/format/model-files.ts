import { MlserveError, quoteName } from "../core/errors.js";
import { type Checksums, checkFile } from "./checksums.js";
import { type LocalFile, readFileHashed } from "./file-bytes.js";
import { compareNames } from "./file-names.js";
import type { ModelFiles } from "./model.js";

/** A file of a model, found on this machine. */
export interface FoundFile extends LocalFile {
  readonly bytes: number;
  /** It lies in a private folder. */
  readonly isPrivate?: boolean;
}

/**
 * The files of a model, found before.
 *
 * With checksums, what `read` returns is checked once more: it is what was listed, whatever became of the file since.
 * Files that are pinned tell theirs to who reads them in another way.
 */
export function createModelFiles(
  found: readonly FoundFile[],
  checksums?: Checksums,
  isPinned: boolean | undefined = false,
): ModelFiles {
  const files = new Map(found.map((file) => [file.name, file]));
  const get = (name: string): FoundFile => {
    const file = files.get(name);
    if (file === undefined)
      throw new MlserveError("invalid_package", "is not among the model's files", { where: `file ${quoteName(name)}` });
    return file;
  };
  return {
    names: [...files.keys()].sort(compareNames),
    has: (name) => files.has(name),
    size: (name) => get(name).bytes,
    path: (name) => get(name).path,
    async read(name) {
      const file = get(name);
      const { content, sha256 } = await readFileHashed(file, file.bytes);
      if (checksums !== undefined) checkFile(checksums, name, sha256);
      return content;
    },
    isPrivate: (name) => files.get(name)?.isPrivate === true,
    sha256: (name) => (isPinned ? checksums?.get(name) : undefined),
  };
}
