import { basename, extname } from "node:path";
import { MlserveError, quoteName } from "../../core/errors.js";
import { PACKAGE_JSON, readPackageSettings } from "./package-settings.js";

/** The sources that can be bundled. */
const SOURCE = /\.[cm]?[jt]s$/i;

/** The names of a function's source, unless package.json says another. */
const ENTRY = /^predict\.[cm]?[jt]s$/i;

export function isFunctionSource(path: string): boolean {
  return SOURCE.test(path) && !/\.d\.[cm]?ts$/i.test(path);
}

/** `predict.ts` says nothing of the model: its folder does. */
export function functionName(path: string, folder: string): string {
  const name = basename(path, extname(path));
  return name === "predict" ? basename(folder) : name;
}

/**
 * The source of the function in a folder, relative to it; undefined when there is none.
 *
 * Throws `usage` when there are several, `invalid_model` for a package.json that is wrong.
 */
export async function findFunctionEntry(folder: string, names: readonly string[]): Promise<string | undefined> {
  const { module } = names.includes(PACKAGE_JSON) ? await readPackageSettings(folder) : {};
  if (module !== undefined) return module;
  const candidates = names.filter((name) => ENTRY.test(name)).sort();
  if (candidates.length < 2) return candidates[0];
  throw new MlserveError("usage", `there are several functions here: ${candidates.map(quoteName).join(", ")}`, {
    hint: "Name the one to pack",
  });
}
