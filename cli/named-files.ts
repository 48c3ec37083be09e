import { readFileSync } from "node:fs";
import { access, constants, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { MlserveError, quoteName } from "../src/core/errors.js";
import { fileSystemError, systemCode } from "../src/format/file-system-error.js";
import { realPathIfThere } from "../src/format/real-path.js";
import { suggestPath } from "../src/format/similar-path.js";
import type { Io } from "./io.js";

/** What stands for standard input or standard output. */
export const STANDARD_STREAM = "-";

/** How an error names a file of the command line: `--input "data.csv"`. */
export function fileOfFlag(flag: string, file: string): string {
  return `${flag} ${quoteName(file)}`;
}

/**
 * Looks at a file before it is read, to say in one line what is wrong with its name.
 *
 * Throws `file_system`, with what lies there under a similar name.
 */
export async function checkReadable(flag: string, file: string, { cwd }: Pick<Io, "cwd">): Promise<void> {
  const where = fileOfFlag(flag, file);
  const path = resolve(cwd, file);
  try {
    const found = await stat(path);
    if (found.isDirectory()) throw new MlserveError("file_system", "is a folder", { where, hint: "Name a file in it" });
    await access(path, constants.R_OK);
  } catch (error) {
    const near = systemCode(error) === "ENOENT" ? await suggestPath(path, file) : undefined;
    throw withHint(fileSystemError(error, where), near);
  }
}

/** The content of a small file that an option names, such as a key's. Throws `usage` naming the option, not the file. */
export function readNamed(flag: string, file: string, { cwd }: Pick<Io, "cwd">): Buffer {
  try {
    return readFileSync(resolve(cwd, file));
  } catch (cause) {
    throw new MlserveError("usage", "the file cannot be read", { where: flag, cause });
  }
}

function withHint(error: unknown, hint: string | undefined): unknown {
  if (hint === undefined || !(error instanceof MlserveError)) return error;
  return new MlserveError(error.kind, error.reason, { where: error.where ?? "", hint, cause: error.cause });
}

/** Throws `usage` for an output that is one of the files that are read: it would be gone. */
export async function refuseOverwriting(
  output: string,
  inputs: readonly { readonly what: string; readonly file: string }[],
  { cwd }: Pick<Io, "cwd">,
): Promise<void> {
  const place = await realPathIfThere(resolve(cwd, output));
  if (place === undefined) return;
  for (const { what, file } of inputs)
    if ((await realPathIfThere(resolve(cwd, file))) === place)
      throw new MlserveError("usage", `is ${what}, which would be overwritten`, {
        where: fileOfFlag("--output", output),
        hint: "Name another file",
      });
}
