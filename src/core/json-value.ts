/**
 * A float whose value is whole, or too large to be finite: JSON `1.0` and `1e3` are floats to Python, `1` and `1000` are
 * integers, `1e400` is not the word Infinity, and JavaScript would forget the difference.
 */
export class JsonFloat {
  readonly value: number;
  constructor(value: number) {
    this.value = value;
  }
}

/**
 * What a JSON text says, nothing lost: an integer is a number, or a bigint beyond 2^53; a float is a number that is not
 * whole, or a {@link JsonFloat}; an object is a Map, which keeps the order of keys like "10" and knows no prototype.
 */
export type JsonValue = null | boolean | string | number | bigint | JsonFloat | JsonValue[] | JsonObject;
export type JsonObject = Map<string, JsonValue>;

/** Digits beyond the range of a float are marked as well, to tell them from the word Infinity. */
export function toJsonFloat(value: number): number | JsonFloat {
  return Number.isInteger(value) || !Number.isFinite(value) ? new JsonFloat(value) : value;
}

/** The same value in everyday JavaScript: floats as numbers, objects without a prototype. */
export function toPlain(value: JsonValue): unknown {
  if (value instanceof JsonFloat) return value.value;
  if (Array.isArray(value)) return value.map(toPlain);
  if (!(value instanceof Map)) return value;
  const object: Record<string, unknown> = Object.create(null);
  for (const [key, item] of value) object[key] = toPlain(item);
  return object;
}
