import type { KeyObject } from "node:crypto";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { MlserveError } from "../src/core/errors.js";
import type { ModelChecks } from "../src/format/read-model.js";
import { parsePublicKey } from "../src/format/signing.js";
import type { Io } from "./io.js";

/** The options that say what a model has to be. */
export interface CheckOptions {
  readonly requireChecksums: boolean;
  /** Files of public keys. */
  readonly trust: readonly string[] | undefined;
}

/** What a model has to be, by the options. Throws `usage` for a key that cannot be read. */
export function modelChecks({ requireChecksums, trust }: CheckOptions, io: Io): ModelChecks {
  if (trust === undefined) return { requireChecksums };
  return { requireChecksums, trust: trust.map((file) => readKey(file, "--trust", io, parsePublicKey)) };
}

/** The key in a file that an option names. Throws `usage` naming the option. */
export function readKey(
  file: string,
  where: string,
  { cwd }: Pick<Io, "cwd">,
  parse: (pem: Buffer, where: string) => KeyObject,
): KeyObject {
  return parse(readPem(resolve(cwd, file), where), where);
}

function readPem(path: string, where: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new MlserveError("usage", "the file cannot be read", { where, cause });
  }
}
