import type { ModelChecks } from "../src/format/read-model.js";
import { parsePublicKey } from "../src/format/signing.js";
import type { Io } from "./io.js";
import { readNamed } from "./named-files.js";

/** The options that say what a model has to be. */
export interface CheckOptions {
  readonly requireChecksums: boolean;
  /** Files of public keys. */
  readonly trust: readonly string[] | undefined;
}

/** What a model has to be, by the options. Throws `usage` for a key that cannot be read. */
export function modelChecks({ requireChecksums, trust }: CheckOptions, io: Io): ModelChecks {
  if (trust === undefined) return { requireChecksums };
  const flag = "--trust";
  return { requireChecksums, trust: trust.map((file) => parsePublicKey(readNamed(flag, file, io), flag)) };
}
