import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { MlserveError, quoteName } from "../core/errors.js";
import type { Flavor } from "./flavor.js";
import { flavorFault, isFlavorLike } from "./flavor-shape.js";
import { importModule } from "./import-module.js";

const SEE = "See https://github.com/mlserve/mlserve/blob/main/docs/flavors.md";

/**
 * Loads the flavors that an ES module exports, under whatever names, in the order of those names; each remembers the
 * module as its `module`.
 *
 * Throws `usage`, naming the file and what is wrong with it: it is not there, is no JavaScript (with the line), exports
 * no flavor, or one that is not whole.
 *
 * @param source a path, relative to the folder of this process, or a `file:` URL
 */
export async function loadFlavorModule(source: string): Promise<readonly Flavor[]> {
  const url = source.startsWith("file:") ? source : pathToFileURL(source).href;
  const where = `flavor module ${quoteName(basename(fileURLToPath(url)))}`;
  await requireFile(url, where);
  const exports = Object.entries(await importModule({ url, where, kind: "usage" }));
  const exported = exports
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, value]) => value)
    .filter(isFlavorLike);
  const flavors = [...new Set(exported)].map((value) => adopt(value, url, where));
  if (flavors.length > 0) return flavors;
  throw new MlserveError("usage", "exports no flavor", {
    where,
    hint: `Export what defineFlavor({ name, load }) returns. ${SEE}`,
  });
}

async function requireFile(url: string, where: string): Promise<void> {
  const found = await stat(fileURLToPath(url)).catch(() => undefined);
  if (found?.isFile() === true) return;
  const reason = found === undefined ? "there is no such file" : "is no file";
  throw new MlserveError("usage", reason, { where, hint: "Give the path of an ES module that exports a flavor" });
}

/** A copy, since what `defineFlavor` made is frozen; methods of a class stay on its prototype. */
function adopt(value: Readonly<Record<string, unknown>>, url: string, where: string): Flavor {
  const fault = flavorFault(value);
  if (fault !== undefined)
    throw new MlserveError("usage", `what it exports is no flavor: ${fault}`, { where, hint: SEE });
  const module = { value: url, enumerable: true };
  // flavorFault has looked at every part of it.
  return Object.freeze(Object.create(value, { module })) as Flavor;
}
