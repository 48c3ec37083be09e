import { compileEncoder } from "../codec/encode/predictions.js";
import type { Batch } from "../core/batch.js";
import { type JsonValue, parseJson } from "../core/json.js";
import { isOutputStream, type Outputs } from "../flavors/flavor.js";

/** Outputs as one batch: the items of a stream become a list. */
export async function wholeOutputs(outputs: Outputs): Promise<Batch> {
  if (!isOutputStream(outputs)) return outputs;
  const encode = compileEncoder({ nonFinite: "string" });
  const items: JsonValue[] = [];
  for await (const item of outputs) items.push(parseJson(encode(item, { form: "unwrapped", tableRows: undefined })));
  return { kind: "value", value: items };
}
