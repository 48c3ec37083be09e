import { basename } from "node:path";
import { MlserveError, quoteName } from "../core/errors.js";
import { type JsonValue, parseJson } from "../core/json.js";
import { fileSystemError } from "../format/file-system-error.js";
import { formatPythonJson } from "../format/python-json.js";
import { parseSignature, type Signature } from "../format/signature.js";
import { readSmallFile } from "./read-small-file.js";

const PARTS = ["inputs", "outputs", "params"] as const;

/**
 * The parts of a signature that a JSON file gives: `inputs`, `outputs` and `params`, each a list as MLflow writes it, the
 * JSON text of one as it stands in an MLmodel file, or null, which leaves the part open.
 *
 * Throws `invalid_descriptor` naming the file and the part that is wrong, and `file_system`.
 */
export async function readSignature(path: string): Promise<Partial<Signature>> {
  const where = signatureName(path);
  try {
    return parseParts(parseJson(await readSmallFile(path)));
  } catch (error) {
    if (!(error instanceof MlserveError)) throw fileSystemError(error, where);
    throw new MlserveError("invalid_descriptor", error.message.replace(/^MLmodel: /, ""), { where, cause: error });
  }
}

/** What to call a signature file in an error. */
export function signatureName(path: string): string {
  return `signature ${quoteName(basename(path))}`;
}

function parseParts(value: JsonValue): Partial<Signature> {
  const known = value instanceof Map ? PARTS.filter((part) => value.has(part)) : [];
  if (!(value instanceof Map) || known.length === 0 || known.length !== value.size)
    throw new MlserveError("invalid_descriptor", "expected an object with inputs, outputs or params, and nothing else");
  const parts = known.map((part) => ({ [part]: parseSignature({ [part]: asText(value.get(part) ?? null) })[part] }));
  return Object.assign({}, ...parts);
}

/** Python's writer keeps the difference between 1 and 1.0, which defaults of params need. */
function asText(part: JsonValue): JsonValue {
  return Array.isArray(part) ? formatPythonJson(part) : part;
}
