import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/*
 * In `dist/runtime.mjs`, stands in the place of src/core/installed-version.ts: no package.json lies beside that file.
 */

/** Put in by scripts/bundle.mjs: by file of the runtime, versions of the packages in it, and of mlserve. */
declare const BUNDLED_VERSIONS: Readonly<Record<string, Readonly<Record<string, string>>>>;

export function readVersion(): string {
  return installedVersion("mlserve") ?? "unknown";
}

export function installedVersion(name: string): string | undefined {
  const [file, versions] = Object.entries(BUNDLED_VERSIONS).find(([, names]) => Object.hasOwn(names, name)) ?? [];
  if (file === undefined || !existsSync(fileURLToPath(new URL(file, import.meta.url)))) return undefined;
  return versions?.[name];
}
