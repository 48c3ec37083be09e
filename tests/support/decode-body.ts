import { compileReferenceDecoder } from "../../src/codec/decode/reference.js";
import type { Call } from "../../src/core/batch.js";
import { parseSignature, type Signature } from "../../src/format/signature.js";

/** A signature with these inputs, as MLflow writes them. */
export function signatureOf(inputs: readonly object[]): Signature {
  return parseSignature({ inputs: JSON.stringify(inputs) });
}

/** Decodes a JSON body, given as text or as the value that it says, by the reference decoder in mode `safe`. */
export function decodeBody(signature: Signature, body: unknown): Call {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return compileReferenceDecoder(signature, { unsigned: "arrays" })(Buffer.from(text, "utf8"));
}
