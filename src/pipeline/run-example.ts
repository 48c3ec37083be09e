import { COERCIONS } from "../codec/decode/coercion.js";
import { compileReferenceDecoder } from "../codec/decode/reference.js";
import type { Batch } from "../core/batch.js";
import type { Predictor } from "../flavors/flavor.js";
import type { Signature } from "../format/signature.js";
import { wholeOutputs } from "./whole-outputs.js";

/**
 * The outputs of a model for one request body, before they are encoded; those of a model that streams as a list.
 *
 * Throws as a request's answer would.
 */
export async function runExample(body: Uint8Array, signature: Signature, predictor: Predictor): Promise<Batch> {
  const decode = compileReferenceDecoder(signature, { unsigned: predictor.unsigned, coercion: COERCIONS.mlflow });
  const { batch, params } = decode(body);
  return wholeOutputs(await predictor.predict(batch, { params, signal: new AbortController().signal }));
}
