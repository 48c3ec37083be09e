import { stat } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { listCandidates } from "../../src/format/list-folder.js";
import { MLMODEL_FILE } from "../../src/format/mlmodel.js";
import type { FoundFile } from "../../src/format/model-files.js";
import { chooseDataFiles, PASSED_OVER } from "../../src/pack/function/choose-files.js";
import { isFunctionSource } from "../../src/pack/function/find-entry.js";
import { readPackageSettings } from "../../src/pack/function/package-settings.js";

/**
 * The files that can make another model of what lies at a path, by their paths: more rather than fewer, for whether one
 * did is seen when it is loaded. What a function imports from elsewhere is known only once it was bundled.
 */
export async function listTracked(path: string): Promise<readonly string[]> {
  if (isFunctionSource(path)) return [path, ...(await listProject(dirname(path)))];
  const isFolder = await stat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
  return isFolder ? await listProject(path) : [path];
}

async function listProject(folder: string): Promise<string[]> {
  const found = await listCandidates(folder, PASSED_OVER).catch(() => []);
  // Of a saved model every file counts.
  const kept = found.some(({ name }) => name === MLMODEL_FILE) ? found : await withoutOthers(folder, found);
  return kept.map(({ path }) => path);
}

/** Sources, what decides how they are bundled, and the data that goes with them. */
async function withoutOthers(folder: string, found: readonly FoundFile[]): Promise<readonly FoundFile[]> {
  const data = new Set(await listData(folder, found));
  return found.filter((file) => data.has(file) || isFunctionSource(file.name) || isSettings(file.name));
}

async function listData(folder: string, found: readonly FoundFile[]): Promise<readonly FoundFile[]> {
  const choose = (patterns?: readonly string[]) => chooseDataFiles(found, { entry: "", patterns });
  try {
    return choose((await readPackageSettings(folder)).files);
  } catch {
    // What is wrong with the list is told by who packs.
    return choose();
  }
}

function isSettings(name: string): boolean {
  return /^(package|tsconfig[^/]*)\.json$/.test(basename(name)) && !name.includes("/");
}
