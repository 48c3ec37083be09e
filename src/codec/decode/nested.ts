import { MlserveError, quoteName } from "../../core/errors.js";
import { INTEGER_RANGES } from "../../core/integer-ranges.js";
import { type JsonObject, type JsonValue, toPlain } from "../../core/json.js";
import type { DataType, Property, ScalarType } from "../../format/signature.js";
import { parseIsoDatetime } from "./datetimes.js";
import { floatValue, isJsonFloat, isJsonInteger, jsonKind } from "./json-kind.js";

/** Checks a value of a nested type and gives it in everyday JavaScript: objects without a prototype, exact integers. */
export type NestedCheck = (value: JsonValue, where: string) => unknown;

/**
 * Compiles the check of an array, object, map or any: strict, without casts, as MLflow is inside nested types.
 *
 * What belongs to an optional column or property may be null or empty. The check throws `cast_failed` with the path of
 * what is wrong.
 */
export function compileNested(type: DataType, required: boolean): NestedCheck {
  switch (type.kind) {
    case "scalar":
      return compileScalar(type.type, required);
    case "array":
      return compileArray(type.items, required);
    case "object":
      return compileObject(type.properties, required);
    case "map":
      return compileMap(type.values, required);
    case "any":
      return toPlain;
    case "sparkml_vector":
      throw new MlserveError("unsupported_model", "the signature has a sparkml_vector, which only Spark can make");
  }
}

function compileArray(items: DataType, required: boolean): NestedCheck {
  const check = items.kind === "scalar" ? compileItem(items.type, required) : compileNested(items, required);
  const mayBeNull = !required || items.kind === "any";
  return (value, where) => {
    if (value === null && mayBeNull) return null;
    if (!Array.isArray(value)) throw refusal(where, "a list", value);
    return value.map((item, i) => check(item, `${where}[${i}]`));
  };
}

/** In a list of floats a missing one is NaN to numpy; any other item is there. */
function compileItem(type: ScalarType, required: boolean): NestedCheck {
  const check = compileScalar(type, true);
  if (type !== "double" && type !== "float") return required ? check : compileScalar(type, type !== "string");
  return (value, where) => (value === null ? null : check(value, where));
}

function compileObject(properties: readonly Property[], required: boolean): NestedCheck {
  const checks = new Map(properties.map(({ name, type, required: needed }) => [name, compileNested(type, needed)]));
  const needed = properties.filter((property) => property.required).map(({ name }) => name);
  return (value, where) => {
    if (!required && (value === null || isEmptyObject(value))) return toPlain(value);
    if (!(value instanceof Map)) throw refusal(where, "an object", value);
    const missing = needed.find((name) => !value.has(name));
    if (missing !== undefined)
      throw new MlserveError("cast_failed", `the property ${quoteName(missing)} is missing`, { where });
    return checkEntries(value, where, (name) => checks.get(name));
  };
}

function compileMap(values: DataType, required: boolean): NestedCheck {
  const check = compileNested(values, required);
  const mayBeNull = !required || values.kind === "any";
  return (value, where) => {
    if (value === null && mayBeNull) return null;
    if (!(value instanceof Map)) throw refusal(where, "an object", value);
    return checkEntries(value, where, () => check);
  };
}

function checkEntries(value: JsonObject, where: string, checkOf: (name: string) => NestedCheck | undefined): unknown {
  const checked: Record<string, unknown> = Object.create(null);
  for (const [name, item] of value) {
    const check = checkOf(name);
    if (check === undefined)
      throw new MlserveError("cast_failed", "it has a property that the signature does not have", { where });
    checked[name] = check(item, `${where}[${quoteName(name)}]`);
  }
  return checked;
}

function compileScalar(type: ScalarType, required: boolean): NestedCheck {
  const accept = ACCEPT[type];
  return (value, where) => {
    if (!required && (value === null || Number.isNaN(value))) return null;
    const accepted = accept(value);
    if (accepted === undefined) throw refusal(where, type, value);
    return accepted;
  };
}

interface Range {
  readonly min: number | bigint;
  readonly max: number | bigint;
}

function wholeWithin(value: JsonValue, { min, max }: Range): number | bigint | undefined {
  // A client that has but one kind of number cannot tell 3 from 3.0.
  const whole = isJsonFloat(value) && Number.isInteger(floatValue(value)) ? floatValue(value) : value;
  return isJsonInteger(whole) && whole >= min && whole <= max ? whole : undefined;
}

function number(value: JsonValue): number | undefined {
  if (isJsonFloat(value)) return floatValue(value);
  return isJsonInteger(value) ? Number(value) : undefined;
}

function float32(value: JsonValue): number | undefined {
  const float = number(value);
  return float === undefined || (Number.isFinite(float) && !Number.isFinite(Math.fround(float)))
    ? undefined
    : Math.fround(float);
}

function datetime(value: JsonValue): string | undefined {
  if (typeof value !== "string") return undefined;
  const parsed = parseIsoDatetime(value);
  return parsed === undefined || parsed.zoned ? undefined : value;
}

/** MLflow's rules, but for types that it can never be sent as JSON: nested float, integer and datetime. */
const ACCEPT = {
  boolean: (value) => (typeof value === "boolean" ? value : undefined),
  integer: (value) => wholeWithin(value, INTEGER_RANGES.int32),
  long: (value) => wholeWithin(value, INTEGER_RANGES.int64),
  float: float32,
  double: number,
  string: text,
  binary: text,
  datetime,
} as const satisfies Record<ScalarType, (value: JsonValue) => unknown>;

function text(value: JsonValue): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function isEmptyObject(value: JsonValue): boolean {
  return value instanceof Map && value.size === 0;
}

function refusal(where: string, expected: string, value: JsonValue): MlserveError {
  return new MlserveError("cast_failed", `expected ${expected}, got ${jsonKind(value)}`, { where });
}
