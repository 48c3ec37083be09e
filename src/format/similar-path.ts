import { readdir } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { quoteName } from "../core/errors.js";
import { nearestWord } from "../core/nearest-word.js";

/** A folder may hold anything: no more names than these are looked at. */
const MOST_NAMES = 10_000;

/**
 * `Did you mean iris.tar?` for a path that nothing lies at, by what lies beside it; undefined when nothing is near.
 * `shown` is the path as the user wrote it.
 */
export async function suggestPath(path: string, shown = path): Promise<string | undefined> {
  const names = await readdir(dirname(path)).catch((): string[] => []);
  const near = nearestWord(basename(path), names.slice(0, MOST_NAMES));
  if (near === undefined || near === basename(path)) return undefined;
  return `Did you mean ${quoteName(shown.slice(0, shown.length - basename(shown).length) + near)}?`;
}
