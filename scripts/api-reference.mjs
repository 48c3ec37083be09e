import { join } from "node:path";
import { ensureInstalled } from "./ensure-installed.mjs";
import { Failure, ROOT, runNode } from "./processes.mjs";

/** Where the pages are committed. */
export const API_PAGES = join(ROOT, "docs", "api");

/**
 * Writes the API reference, a page for each entry point, from the doc comments of what it exports.
 *
 * Fails where an export has no comment, or names a type that is not exported: see tools/typedoc.json.
 */
export async function writeApiReference(folder = API_PAGES) {
  await ensureInstalled("tools");
  const typedoc = join(ROOT, "tools", "node_modules", "typedoc", "bin", "typedoc");
  const options = ["--options", join("tools", "typedoc.json"), "--out", folder, "--logLevel", "Warn"];
  const code = await runNode([typedoc, ...options]);
  if (code !== 0) throw new Failure("the API reference was not written: see typedoc's messages above");
}
