import { COERCIONS } from "../codec/decode/coercion.js";
import { compileReferenceDecoder } from "../codec/decode/reference.js";
import { compileEncoder } from "../codec/encode/predictions.js";
import type { Batch } from "../core/batch.js";
import { type JsonValue, parseJson } from "../core/json.js";
import { isOutputStream, type OutputStream, type Predictor } from "../flavors/flavor.js";
import type { Signature } from "../format/signature.js";

/**
 * The outputs of a model for one request body, before they are encoded; those of a model that streams as a list.
 *
 * Throws as a request's answer would.
 */
export async function runExample(body: Uint8Array, signature: Signature, predictor: Predictor): Promise<Batch> {
  const decode = compileReferenceDecoder(signature, { unsigned: predictor.unsigned, coercion: COERCIONS.mlflow });
  const { batch, params } = decode(body);
  const outputs = await predictor.predict(batch, { params, signal: new AbortController().signal });
  return isOutputStream(outputs) ? collectItems(outputs) : outputs;
}

/** The items of a stream as one list. */
async function collectItems(outputs: OutputStream): Promise<Batch> {
  const encode = compileEncoder({ nonFinite: "string" });
  const items: JsonValue[] = [];
  for await (const item of outputs) items.push(parseJson(encode(item, { form: "unwrapped", tableRows: undefined })));
  return { kind: "value", value: items };
}
