import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The version of this package, from the package.json nearest above this file: one folder up in source, two when built. */
export function readVersion(from: string = dirname(fileURLToPath(import.meta.url))): string {
  const file = join(from, "package.json");
  if (!existsSync(file)) return readVersion(dirname(from));
  return readField(file);
}

/** The version of an installed package, without loading it; undefined when it is not there. */
export function installedVersion(name: string): string | undefined {
  // Not by resolving `name/package.json`, which the package's own exports may hide.
  const folders = createRequire(import.meta.url).resolve.paths(name) ?? [];
  const file = folders.map((folder) => join(folder, name, "package.json")).find((path) => existsSync(path));
  return file === undefined ? undefined : readField(file);
}

function readField(file: string): string {
  const description: unknown = JSON.parse(readFileSync(file, "utf8"));
  const known = typeof description === "object" && description !== null && "version" in description;
  return known ? String(description.version) : "unknown";
}
