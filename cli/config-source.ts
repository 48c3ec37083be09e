import { readFile, stat } from "node:fs/promises";
import { resolve } from "node:path";
import type { ConfigFile } from "../src/config/config-file.js";
import { COMMAND_OPTIONS } from "../src/config/options.js";
import { MlserveError } from "../src/core/errors.js";
import { fileSystemError } from "../src/format/file-system-error.js";
import { suggestPath } from "../src/format/similar-path.js";
import type { Io } from "./io.js";
import type { Flags } from "./request.js";

/** The file that is read where a command runs, unless another is named. */
const DEFAULT_NAME = "mlserve.yaml";
/** Far more than options need: a wrong file is told at once. */
const MAX_BYTES = 1024 * 1024;

/**
 * Reads the configuration file of a command line: the one that `--config` or `MLSERVE_CONFIG` names, else mlserve.yaml
 * where the command runs; undefined where there is none, and with `--no-config`.
 *
 * Throws `usage` for a named file that is not there, and for what it says.
 */
export async function readConfigFile(flags: Flags, { environment, cwd }: Io): Promise<ConfigFile | undefined> {
  if (flags.config === false) return undefined;
  const named = typeof flags.config === "string" ? flags.config : environment.MLSERVE_CONFIG?.trim();
  const isNamed = named !== undefined && named !== "";
  const name = isNamed ? named : DEFAULT_NAME;
  const text = await readText(resolve(cwd, name), name);
  if (text === undefined && isNamed)
    throw new MlserveError("usage", "no such file", {
      where: name,
      hint: (await suggestPath(resolve(cwd, name), name)) ?? "Check --config and MLSERVE_CONFIG",
    });
  if (text === undefined) return undefined;
  // The YAML reader is not loaded where there is no file.
  const { parseConfigFile } = await import("../src/config/config-file.js");
  return parseConfigFile(text, { name, isNamed }, COMMAND_OPTIONS);
}

async function readText(path: string, name: string): Promise<string | undefined> {
  try {
    const { size } = await checkFile(path, name);
    if (size > MAX_BYTES)
      throw new MlserveError("usage", "larger than a configuration file may be, 1 MiB", { where: name });
    return new TextDecoder("utf-8", { fatal: true }).decode(await readFile(path));
  } catch (error) {
    if (error instanceof MlserveError) throw error;
    if (error instanceof TypeError) throw new MlserveError("usage", "not text in UTF-8", { where: name, cause: error });
    if (codeOf(error) === "ENOENT" || codeOf(error) === "ENOTDIR") return undefined;
    throw fileSystemError(error, name);
  }
}

async function checkFile(path: string, name: string): Promise<{ size: number }> {
  const found = await stat(path);
  if (!found.isFile()) throw new MlserveError("usage", "expected a file", { where: name });
  return found;
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "unknown";
}
