import { parseJsonText, toPlain } from "../src/core/json.js";
import type { Signature } from "../src/format/signature.js";
import { formatSignature } from "../src/format/signature-json.js";

/** A signature for a program to read: MLflow's own entries, null for a part that it leaves open. */
export function toSignatureFields(signature: Signature): Record<"inputs" | "outputs" | "params", unknown> {
  const { inputs, outputs, params } = formatSignature(signature);
  return { inputs: parsePart(inputs), outputs: parsePart(outputs), params: parsePart(params) };
}

function parsePart(text: string | null): unknown {
  return text === null ? null : toPlain(parseJsonText(text));
}
