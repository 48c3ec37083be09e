import picomatch from "picomatch";
import { MlserveError, quoteName } from "../../core/errors.js";
import type { FoundFile } from "../../format/model-files.js";
import { PACKAGE_JSON } from "./package-settings.js";

/** Folders that hold what a function was made with, and none of what it needs. */
export const PASSED_OVER: ReadonlySet<string> = new Set(["node_modules", "coverage", "test", "tests", "__tests__"]);

/** Files that are sources, or that tools keep beside them. */
const NO_DATA: readonly RegExp[] = [
  /(^|\/)\./,
  /\.[cm]?[jt]sx?$/i,
  /\.map$/i,
  // Editors keep what was there before.
  /~$/,
  /(^|\/)(package|tsconfig[^/]*|jsconfig|biome|deno|package-lock|npm-shrinkwrap)\.jsonc?$/i,
  /(^|\/)(yarn\.lock|pnpm-lock\.yaml|pnpm-workspace\.yaml|bun\.lockb?|Dockerfile|Makefile)$/,
];

/**
 * The files that go into the package beside the bundle: all that are no sources, or those that `files` of package.json
 * names, by name, folder or pattern.
 *
 * Throws `invalid_model` for an entry of `files` that matches nothing.
 */
export function chooseDataFiles(
  files: readonly FoundFile[],
  { entry, patterns }: { readonly entry: string; readonly patterns: readonly string[] | undefined },
): readonly FoundFile[] {
  if (patterns === undefined) return files.filter(({ name }) => !NO_DATA.some((pattern) => pattern.test(name)));
  const chosen = new Set(patterns.flatMap((pattern) => matching(files, pattern)));
  return files.filter((file) => chosen.has(file) && file.name !== entry && file.name !== PACKAGE_JSON);
}

function matching(files: readonly FoundFile[], pattern: string): readonly FoundFile[] {
  const plain = pattern.replace(/^\.?\//, "").replace(/\/$/, "");
  const refuse = (reason: string): MlserveError =>
    new MlserveError("invalid_model", reason, { where: `${PACKAGE_JSON}: files: ${quoteName(pattern)}` });
  if (plain.startsWith("!")) throw refuse("expected what is to be packed, not what is not");
  const matches = picomatch(plain);
  const found = files.filter(({ name }) => name === plain || name.startsWith(`${plain}/`) || matches(name));
  if (found.length === 0) throw refuse("matches no file");
  return found;
}
