import { basename } from "node:path";
import { MlserveError, quoteName } from "../core/errors.js";
import { parseJson } from "../core/json.js";
import { fileSystemError } from "../format/file-system-error.js";
import type { Signature } from "../format/signature.js";
import { parseSignatureParts } from "../format/signature-parts.js";
import { readSmallFile } from "./read-small-file.js";

/**
 * The parts of a signature that a JSON file gives.
 *
 * Throws `invalid_descriptor` naming the file and the part that is wrong, and `file_system`.
 */
export async function readSignature(path: string): Promise<Partial<Signature>> {
  const where = signatureName(path);
  try {
    return parseSignatureParts(parseJson(await readSmallFile(path)));
  } catch (error) {
    if (!(error instanceof MlserveError)) throw fileSystemError(error, where);
    throw new MlserveError("invalid_descriptor", error.message, { where, cause: error });
  }
}

/** What to call a signature file in an error. */
export function signatureName(path: string): string {
  return `signature ${quoteName(basename(path))}`;
}
