import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { writeBundle } from "./bundler.mjs";
import { ROOT } from "./processes.mjs";

/**
 * Imports modules of the sources that the package does not export, for scripts and benchmarks. Modules that are asked for
 * together share what they import.
 *
 * @param {readonly string[]} paths such as "src/core/json.ts"
 */
export async function importSources(...paths) {
  const cache = join(ROOT, ".cache");
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, "sources-"));
  try {
    const external = (id, importer) => importer !== undefined && !/^[./]|^[A-Za-z]:/.test(id);
    const input = Object.fromEntries(paths.map((path, i) => [`entry-${i}`, path]));
    await writeBundle({ input, external, output: { dir: folder, entryFileNames: "[name].js" } });
    const urls = paths.map((_, i) => pathToFileURL(join(folder, `entry-${i}.js`)).href);
    return await Promise.all(urls.map((url) => import(url)));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
