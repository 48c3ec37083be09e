import type { JsonObject, JsonValue } from "../../core/json.js";
import type { ParamSpec } from "../../format/signature.js";

/** Keys of which one at the top level makes the whole body the data: the way of chat and completion clients. */
const UNWRAPPED_KEYS = ["messages", "prompt", "input"];

export function isUnwrapped(body: JsonObject): boolean {
  return UNWRAPPED_KEYS.some((key) => body.has(key));
}

/** The keys that the signature has as params, apart from the rest, which is the data. */
export function splitUnwrapped(
  body: JsonObject,
  specs: readonly ParamSpec[],
): { data: JsonObject; params: JsonObject } {
  const names = new Set(specs.map(({ name }) => name));
  const data = new Map<string, JsonValue>();
  const params = new Map<string, JsonValue>();
  for (const [key, value] of body) (names.has(key) ? params : data).set(key, value);
  return { data, params };
}
