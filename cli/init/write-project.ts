import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { MlserveError, quoteName } from "../../src/core/errors.js";
import { fileSystemError, systemCode } from "../../src/format/file-system-error.js";
import type { ProjectFile } from "./read-project.js";

/**
 * Writes the files of a project into a folder that is empty, or that it makes. When that fails, what it has made is
 * removed again.
 *
 * @param shown how the folder is called in errors
 *
 * Throws `usage` for a folder with something in it, and `file_system`.
 */
export async function writeProject(folder: string, files: readonly ProjectFile[], shown: string): Promise<void> {
  await checkEmpty(folder, shown);
  const made: string[] = [];
  try {
    await makeFolder(folder, made);
    for (const { name, content } of files) {
      const path = join(folder, name);
      await makeFolder(dirname(path), made);
      await writeFile(path, content, { flag: "wx" });
      made.push(path);
    }
  } catch (error) {
    for (const path of made.reverse()) await rm(path, { recursive: true, force: true });
    throw fileSystemError(error, quoteName(shown));
  }
}

/** A repository that has nothing in it yet counts as empty. */
async function checkEmpty(folder: string, shown: string): Promise<void> {
  const names = await readdir(folder).catch((error: unknown) => {
    if (systemCode(error) === "ENOENT") return [];
    throw systemCode(error) === "ENOTDIR" ? refusal("is a file", shown) : fileSystemError(error, quoteName(shown));
  });
  const found = names.filter((name) => name !== ".git");
  if (found.length > 0) throw refusal(`the folder is not empty: it has ${quoteName(found[0] ?? "")}`, shown);
}

function refusal(reason: string, shown: string): MlserveError {
  const hint = "Name a folder that is empty or not there: mlserve init my-model";
  return new MlserveError("usage", reason, { where: quoteName(shown), hint });
}

/** Notes the topmost folder that was not there before. */
async function makeFolder(folder: string, made: string[]): Promise<void> {
  const first = await mkdir(folder, { recursive: true });
  if (first !== undefined) made.push(first);
}
