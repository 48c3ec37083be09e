import { INTEGER_RANGES } from "../../core/integer-ranges.js";
import type { DataType, Property, ScalarType } from "../../format/signature.js";
import { type Fault, faultOf, isRecord, kindOf, within } from "./fault.js";
import { findUnsayable } from "./json-check.js";

/** What keeps a value from being of a type of the output signature; undefined when nothing does. */
export type TypeCheck = (value: unknown) => Fault | undefined;

/** Compiles the check of a type. A value that is not required may be null. */
export function compileTypeCheck(type: DataType, required: boolean): TypeCheck {
  const check = compilePresent(type);
  return (value) => (value === null && !required ? undefined : check(value));
}

function compilePresent(type: DataType): TypeCheck {
  switch (type.kind) {
    case "scalar":
      return compileScalar(type.type);
    case "array":
      return compileArray(compileTypeCheck(type.items, true));
    case "map":
      return compileMap(compileTypeCheck(type.values, true));
    case "object":
      return compileObject(type.properties);
    case "any":
    case "sparkml_vector":
      return findUnsayable;
  }
}

/** ISO 8601, with or without a time and a zone. */
const DATETIME = /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)?)?$/;

const isNumber = (value: unknown): boolean => typeof value === "number";

/** What a scalar type takes. NaN is a number; an integer is one whichever way it is written. */
const SCALAR_CHECKS = {
  boolean: (value) => typeof value === "boolean",
  integer: (value) => isWhole(value) && value >= INTEGER_RANGES.int32.min && value <= INTEGER_RANGES.int32.max,
  long: (value) => isWhole(value) && value >= INTEGER_RANGES.int64.min && value <= INTEGER_RANGES.int64.max,
  float: isNumber,
  double: isNumber,
  string: (value) => typeof value === "string",
  binary: (value) => value instanceof Uint8Array,
  datetime: (value) =>
    value instanceof Date ? !Number.isNaN(value.getTime()) : typeof value === "string" && DATETIME.test(value),
} as const satisfies Record<ScalarType, (value: unknown) => boolean>;

function isWhole(value: unknown): value is number | bigint {
  return typeof value === "bigint" || Number.isSafeInteger(value);
}

function compileScalar(type: ScalarType): TypeCheck {
  const accepts: (value: unknown) => boolean = SCALAR_CHECKS[type];
  return (value) => (accepts(value) ? undefined : mismatch(type, value));
}

function compileArray(items: TypeCheck): TypeCheck {
  return (value) => {
    const list = toList(value);
    if (list === undefined) return mismatch("array", value);
    return firstFault(list.entries(), () => items);
  };
}

/** The items of a list or a typed array. */
export function toList(value: unknown): readonly unknown[] | undefined {
  if (Array.isArray(value)) return value;
  if (!ArrayBuffer.isView(value) || value instanceof DataView) return undefined;
  // Every view but a DataView is a list of numbers or bigints.
  return Array.from(value as unknown as ArrayLike<number | bigint>);
}

function compileMap(values: TypeCheck): TypeCheck {
  return (value) => {
    const entries = toEntries(value);
    return entries === undefined ? mismatch("map", value) : firstFault(entries, () => values);
  };
}

function toEntries(value: unknown): readonly (readonly [string, unknown])[] | undefined {
  if (value instanceof Map) return Array.from(value, ([key, item]) => [String(key), item] as const);
  return isRecord(value) ? Object.entries(value) : undefined;
}

function compileObject(properties: readonly Property[]): TypeCheck {
  const checks = new Map(properties.map(({ name, type, required }) => [name, compileTypeCheck(type, required)]));
  const needed = properties.filter(({ required }) => required).map(({ name }) => name);
  return (value) => {
    const entries = toEntries(value);
    if (entries === undefined) return mismatch("object", value);
    const names = new Set(entries.map(([name]) => name));
    const missing = needed.find((name) => !names.has(name));
    if (missing !== undefined) return within(missing, faultOf("it is missing, and the output signature requires it"));
    return firstFault(entries, (name) => checks.get(String(name)));
  };
}

/** A key without a check is one that the signature does not have. */
export function firstFault(
  entries: Iterable<readonly [string | number, unknown]>,
  checkOf: (key: string | number) => TypeCheck | undefined,
): Fault | undefined {
  for (const [key, item] of entries) {
    const check = checkOf(key);
    const fault = check === undefined ? faultOf("it is not in the output signature") : check(item);
    if (fault !== undefined) return within(key, fault);
  }
  return undefined;
}

export function mismatch(expected: string, value: unknown): Fault {
  return faultOf(`the output signature says ${expected}, got ${describe(value, expected)}`);
}

/** A number that is of the wrong kind is told as such: "a number" would not say why. */
function describe(value: unknown, expected: string): string {
  const integer = expected === "integer" || expected === "long";
  if (integer && (typeof value === "number" || typeof value === "bigint"))
    return "a number that is not whole or too large";
  if (expected === "datetime" && typeof value === "string") return "a string that is no ISO 8601 date";
  return kindOf(value);
}
