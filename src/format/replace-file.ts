import { randomBytes } from "node:crypto";
import { realpath, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { MlserveError, quoteName } from "../core/errors.js";
import { fileSystemError, systemCode } from "./file-system-error.js";

/**
 * Writes a file under another name beside its place, and puts it there when it is whole: a file that is there already
 * is replaced then and not before. Throws `file_system`, or what `write` throws; then nothing is left behind.
 *
 * `onTemporaryFile` is told of the other name, for a program that may be ended meanwhile.
 */
export async function replaceFile<T>(
  target: string,
  write: (path: string) => Promise<T>,
  onTemporaryFile?: (path: string) => void,
): Promise<T> {
  const where = `writing ${quoteName(basename(target))}`;
  const place = await resolveTarget(target, where);
  const temporary = join(dirname(place), `.mlserve-${randomBytes(8).toString("hex")}.tmp`);
  onTemporaryFile?.(temporary);
  try {
    const result = await write(temporary);
    await rename(temporary, place);
    return result;
  } catch (error) {
    await rm(temporary, { force: true });
    throw fileSystemError(error, where);
  }
}

/** Through links, so that a link to a file stays one. */
async function resolveTarget(target: string, where: string): Promise<string> {
  try {
    const place = await realpath(target);
    const stats = await stat(place);
    if (stats.isFile()) return place;
    throw new MlserveError(
      "file_system",
      stats.isDirectory() ? "is a folder: name a file in it" : "is no regular file",
      { where },
    );
  } catch (error) {
    if (systemCode(error) !== "ENOENT") throw fileSystemError(error, where);
    await requireFolder(target, where);
    return target;
  }
}

async function requireFolder(target: string, where: string): Promise<void> {
  const stats = await stat(dirname(target)).catch(() => undefined);
  if (stats === undefined)
    throw new MlserveError("file_system", "its folder does not exist", { where, hint: "Make the folder first" });
}
