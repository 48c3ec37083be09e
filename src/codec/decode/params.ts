import type { Params } from "../../core/batch.js";
import { formatDatetime } from "../../core/datetime-text.js";
import { MlserveError, quoteName } from "../../core/errors.js";
import { JsonFloat, type JsonValue, toPlain } from "../../core/json.js";
import type { ParamSpec, Property, ScalarType } from "../../format/signature.js";
import type { Coercion } from "./coercion.js";
import { parseIsoDatetime } from "./datetimes.js";
import { isJsonFloat, isJsonInteger, jsonKind } from "./json-kind.js";

const NO_PARAMS: Params = new Map();

/**
 * Reads the `params` of requests: names that the signature does not have are ignored, missing ones take their default.
 *
 * Without params in the signature everything is ignored, as MLflow does. Throws `invalid_params` that lists all faults.
 */
export function compileParams(
  specs: readonly ParamSpec[] | undefined,
  coercion: Coercion,
): (value: JsonValue | undefined) => Params {
  if (specs === undefined || specs.length === 0) return () => NO_PARAMS;
  const defaults = defaultParams(specs);
  return (value) => {
    if (value === undefined || value === null) return defaults;
    if (!(value instanceof Map))
      throw new MlserveError("invalid_params", `expected an object, got ${jsonKind(value)}`, { where: "params" });
    const given = specs.filter(({ name }) => value.has(name));
    const faults = given.flatMap((spec) => findFault(spec, value.get(spec.name) ?? null, coercion) ?? []);
    if (faults.length > 0) throw new MlserveError("invalid_params", faults.join("; "));
    return new Map([
      ...defaults,
      ...given.map((spec) => [spec.name, toParam(spec, value.get(spec.name) ?? null)] as const),
    ]);
  };
}

/** What stands in for params where a request has no place for them. */
export function defaultParams(specs: readonly ParamSpec[] | undefined): Params {
  return new Map(specs?.map((spec) => [spec.name, spec.default]));
}

/** Of the types that a value does not go into as it is. */
const CONVERSIONS: Partial<Record<ScalarType, (value: JsonValue) => unknown>> = {
  // An integer beyond 2^53 is a bigint until here, and no function calculates with both.
  float: toFloatParam,
  double: toFloatParam,
  datetime: toIsoParam,
};

function toParam({ type }: ParamSpec, value: JsonValue): unknown {
  const convert = (type.kind === "scalar" ? CONVERSIONS[type.type] : undefined) ?? toPlain;
  return Array.isArray(value) ? value.map(convert) : convert(value);
}

function toFloatParam(value: JsonValue): unknown {
  return typeof value === "bigint" ? Number(value) : toPlain(value);
}

/** A date and time loses its zone, by which it is converted to UTC. */
function toIsoParam(value: JsonValue): unknown {
  const parsed = typeof value === "string" ? parseIsoDatetime(value) : undefined;
  if (parsed === undefined) return value;
  const text = formatDatetime(parsed.nanoseconds);
  // A day without a time of day is a date to Python, and stays one.
  return parsed.form === "day0" ? text.slice(0, 10) : text;
}

function findFault(spec: ParamSpec, value: JsonValue, coercion: Coercion): string | undefined {
  const place = `params[${quoteName(spec.name)}]`;
  if (!spec.list) return value === null ? undefined : itemFault(spec, value, place, coercion);
  if (!Array.isArray(value)) return `${place}: expected a list, got ${jsonKind(value)}`;
  for (let i = 0; i < value.length; i++) {
    const item = value[i] ?? null;
    const fault = item === null ? undefined : itemFault(spec, item, `${place}[${i}]`, coercion);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function itemFault(
  { type }: Pick<ParamSpec, "type">,
  value: JsonValue,
  place: string,
  coercion: Coercion,
): string | undefined {
  if (type.kind === "scalar") return scalarFault(type.type, value, place, coercion);
  if (type.kind === "object") return objectFault(type.properties, value, place, coercion);
  return `${place}: a parameter of type ${type.kind} is not supported`;
}

function scalarFault(
  type: ScalarType,
  value: JsonValue,
  place: string,
  { beyondFloats }: Coercion,
): string | undefined {
  if (!ACCEPTS[type](value)) return `${place}: expected ${type}, got ${jsonKind(value)}`;
  const isBeyond = value instanceof JsonFloat && !Number.isFinite(value.value);
  return isBeyond && beyondFloats === "refuse" ? `${place}: the number is beyond the range of the type` : undefined;
}

function objectFault(
  properties: readonly Property[],
  value: JsonValue,
  place: string,
  coercion: Coercion,
): string | undefined {
  if (!(value instanceof Map)) return `${place}: expected an object, got ${jsonKind(value)}`;
  const missing = properties.find(({ name, required }) => required && !value.has(name));
  if (missing !== undefined) return `${place}: the property ${quoteName(missing.name)} is missing`;
  const known = new Set(properties.map(({ name }) => name));
  if ([...value.keys()].some((name) => !known.has(name)))
    return `${place}: has a property that the signature does not have`;
  for (const { name, type, required } of properties) {
    const item = value.get(name);
    if (item === undefined || (item === null && !required)) continue;
    const fault = itemFault({ type }, item, `${place}[${quoteName(name)}]`, coercion);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

/** An integer is good for a float; nothing else is converted, and no integer's range is checked, as in MLflow. */
const ACCEPTS = {
  boolean: (value) => typeof value === "boolean",
  integer: isJsonInteger,
  long: isJsonInteger,
  float: isFloatable,
  double: isFloatable,
  string: (value) => typeof value === "string",
  binary: () => false,
  // Python's datetime ends at microseconds.
  datetime: (value) => typeof value === "string" && (parseIsoDatetime(value)?.nanoseconds ?? 1n) % 1000n === 0n,
} as const satisfies Record<ScalarType, (value: JsonValue) => boolean>;

/** Python raises where an integer is larger than any float. */
function isFloatable(value: JsonValue): boolean {
  return isJsonFloat(value) || (isJsonInteger(value) && Number.isFinite(Number(value)));
}
