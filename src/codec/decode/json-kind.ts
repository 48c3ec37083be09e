import { JsonFloat, type JsonValue } from "../../core/json.js";

/** What a JSON value is, in the words of an error message. */
export function jsonKind(value: JsonValue | undefined): string {
  if (value === null || value === undefined) return "null";
  if (Array.isArray(value)) return "list";
  if (value instanceof Map) return "object";
  if (isJsonFloat(value)) return "float";
  if (isJsonInteger(value)) return "integer";
  return typeof value;
}

/** Was it written as an integer? */
export function isJsonInteger(value: JsonValue | undefined): value is number | bigint {
  return typeof value === "bigint" || (typeof value === "number" && Number.isInteger(value));
}

/** Was it written as a float, NaN and the infinities included? */
export function isJsonFloat(value: JsonValue | undefined): value is number | JsonFloat {
  return value instanceof JsonFloat || (typeof value === "number" && !Number.isInteger(value));
}

/** The value of a float, be it whole or not. */
export function floatValue(value: number | JsonFloat): number {
  return typeof value === "number" ? value : value.value;
}
