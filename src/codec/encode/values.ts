import { MlserveError } from "../../core/errors.js";
import { Float32Map } from "../../core/float32-map.js";
import { JsonFloat } from "../../core/json.js";
import { toMimeBase64 } from "./base64.js";
import { compileFloatTexts } from "./float-texts.js";
import type { NumberStyle } from "./number-style.js";

const MAX_DEPTH = 64;

/**
 * Compiles the writer of values that a model gave: bigint in exact digits, bytes in base64, `Map` as an object, numbers of
 * a {@link Float32Map} and of a Float32Array as float32.
 *
 * It throws `model_failed` for what JSON has no word for: undefined, functions, symbols, and circles.
 */
export function compileValueText(style: NumberStyle): (value: unknown) => string {
  const { float32, float64 } = compileFloatTexts(style);

  function valueText(value: unknown, depth: number): string {
    if (value === null) return "null";
    if (depth > MAX_DEPTH)
      throw new MlserveError("model_failed", `the model returned a value nested deeper than ${MAX_DEPTH} levels`);
    switch (typeof value) {
      case "string":
        return JSON.stringify(value);
      case "number":
        return numberText(value);
      case "boolean":
      case "bigint":
        return String(value);
      case "object":
        return objectText(value, depth + 1);
      default:
        throw new MlserveError(
          "model_failed",
          `the model returned a value of type ${typeof value}, which JSON cannot say`,
        );
    }
  }

  function numberText(value: number): string {
    return Number.isInteger(value) && Math.abs(value) < 1e16 ? String(value) : float64(value);
  }

  function objectText(value: object, depth: number): string {
    if (Array.isArray(value)) return `[${value.map((item) => valueText(item, depth)).join(",")}]`;
    if (value instanceof JsonFloat) return float64(value.value);
    if (value instanceof Float32Map) return objectOf(value, float32);
    if (value instanceof Map) return entriesText(value, depth);
    if (value instanceof Date) return JSON.stringify(value.toISOString().replace(/Z$/, ""));
    if (value instanceof Uint8Array) return JSON.stringify(toMimeBase64(value));
    if (value instanceof Float32Array) return `[${Array.from(value, float32).join(",")}]`;
    if (ArrayBuffer.isView(value) && !(value instanceof DataView)) return typedArrayText(value, depth);
    return entriesText(Object.entries(value), depth);
  }

  function entriesText(entries: Iterable<readonly [unknown, unknown]>, depth: number): string {
    return objectOf(entries, (item) => valueText(item, depth));
  }

  function typedArrayText(view: ArrayBufferView, depth: number): string {
    // Every view but a DataView is a list of numbers or bigints.
    return `[${Array.from(view as unknown as ArrayLike<number | bigint>, (item) => valueText(item, depth)).join(",")}]`;
  }

  return (value) => valueText(value, 0);
}

function objectOf<T>(entries: Iterable<readonly [unknown, T]>, text: (item: T) => string): string {
  return `{${Array.from(entries, ([key, item]) => `${JSON.stringify(String(key))}:${text(item)}`).join(",")}}`;
}
