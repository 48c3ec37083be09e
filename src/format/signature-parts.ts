import { MlserveError } from "../core/errors.js";
import type { JsonValue } from "../core/json.js";
import { formatPythonJson } from "./python-json.js";
import { parseSignature, type Signature } from "./signature.js";

const PARTS = ["inputs", "outputs", "params"] as const;

/**
 * The parts of a signature that an object gives: `inputs`, `outputs` and `params`, each a list as MLflow writes it, the
 * JSON text of one as it stands in an MLmodel file, or null, which leaves the part open.
 *
 * Throws `invalid_descriptor` naming the part that is wrong, without a file.
 */
export function parseSignatureParts(value: JsonValue): Partial<Signature> {
  const known = value instanceof Map ? PARTS.filter((part) => value.has(part)) : [];
  if (!(value instanceof Map) || known.length === 0 || known.length !== value.size)
    throw new MlserveError("invalid_descriptor", "expected an object with inputs, outputs or params, and nothing else");
  try {
    const parts = known.map((part) => ({ [part]: parseSignature({ [part]: asText(value.get(part) ?? null) })[part] }));
    return Object.assign({}, ...parts);
  } catch (error) {
    if (!(error instanceof MlserveError)) throw error;
    throw new MlserveError("invalid_descriptor", error.message.replace(/^MLmodel: /, ""), { cause: error });
  }
}

/** Python's writer keeps the difference between 1 and 1.0, which defaults of params need. */
function asText(part: JsonValue): JsonValue {
  return Array.isArray(part) ? formatPythonJson(part) : part;
}
