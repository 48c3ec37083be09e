import { toFloat16Bits } from "../../core/float16.js";
import { INTEGER_RANGES } from "../../core/integer-ranges.js";
import { JsonFloat, type JsonValue } from "../../core/json.js";
import type { Refuse } from "./casts.js";
import { floatValue, isJsonFloat, isJsonInteger } from "./json-kind.js";
import { parsePythonFloat, parsePythonInteger } from "./python-numbers.js";

/** What MLflow holds before it wraps: any integer of 64 bits, with a sign or without. */
const ANY_64_BITS = { min: INTEGER_RANGES.int64.min, max: INTEGER_RANGES.uint64.max };

export interface IntegerRules<N extends number | bigint> {
  readonly min: N;
  readonly max: N;
  /** A number out of range: refused, or cut down to its low bits as C does. */
  readonly outside: "refuse" | "wrap";
  /** A number with a fraction: refused, or cut off as Python's `int()` does. */
  readonly fractions: "refuse" | "cut";
}

export interface FloatRules {
  /** A number beyond the range: refused, or infinite. The words Infinity and NaN are meant, and always pass. */
  readonly beyond: "refuse" | "infinite";
}

interface NumberArray<A> {
  new (length: number): A;
}

type Numbers = { [index: number]: number; length: number };
type BigNumbers = { [index: number]: bigint; length: number };
type CastTo<A> = (values: readonly JsonValue[], refuse: Refuse) => A;

/** Integers of up to 32 bits. */
export function integers<A extends Numbers>(Class: NumberArray<A>, rules: IntegerRules<number>): CastTo<A> {
  const { min, max } = rules.outside === "wrap" ? ANY_64_BITS : rules;
  return (values, refuse) => {
    const data = new Class(values.length);
    for (let i = 0; i < values.length; i++) {
      const integer = toInteger(values[i] ?? null, rules.fractions, refuse, i);
      if (integer < min || integer > max) return refuse(i, outOfRange(rules));
      // Typed arrays keep the low bits of a whole number.
      data[i] = typeof integer === "number" ? integer : Number(BigInt.asIntN(32, integer));
    }
    return data;
  };
}

/** Integers of 64 bits. */
export function bigIntegers<A extends BigNumbers>(Class: NumberArray<A>, rules: IntegerRules<bigint>): CastTo<A> {
  const { min, max } = rules.outside === "wrap" ? ANY_64_BITS : rules;
  return (values, refuse) => {
    const data = new Class(values.length);
    for (let i = 0; i < values.length; i++) {
      const integer = BigInt(toInteger(values[i] ?? null, rules.fractions, refuse, i));
      const fits = integer >= min && integer <= max;
      // pandas turns a float beyond the range into the smallest integer.
      if (!fits && (rules.outside === "refuse" || !isJsonFloat(values[i]))) return refuse(i, outOfRange(rules));
      data[i] = fits ? integer : INTEGER_RANGES.int64.min;
    }
    return data;
  };
}

function outOfRange({ min, max }: IntegerRules<number | bigint>): string {
  return `the number is not within ${min} to ${max}`;
}

/** The integer of a JSON value as Python's `int()` takes it: a text must be whole. */
function toInteger(value: JsonValue, fractions: "refuse" | "cut", refuse: Refuse, index: number): bigint | number {
  if (typeof value === "boolean") return value ? 1 : 0;
  if (typeof value === "string") return parsePythonInteger(value) ?? refuse(index);
  if (isJsonInteger(value)) return value;
  if (!isJsonFloat(value)) return refuse(index);
  const float = floatValue(value);
  if (!Number.isFinite(float)) return refuse(index);
  const whole = Math.trunc(float);
  if (whole !== float && fractions === "refuse") return refuse(index, "it has a fraction, which would be cut off");
  return Number.isSafeInteger(whole) ? whole : BigInt(whole);
}

/** Floats of 16, 32 and 64 bits; null is NaN. */
export function floats(rules: FloatRules) {
  return {
    float16: floatCast(Uint16Array, rules, toFloat16Bits, (value) => Math.abs(value) < 65520),
    // A typed array rounds to its own precision.
    float32: floatCast(Float32Array, rules, same, (value) => Number.isFinite(Math.fround(value))),
    float64: floatCast(Float64Array, rules, same, Number.isFinite),
  } as const;
}

function same(value: number): number {
  return value;
}

function floatCast<A extends Numbers>(
  Class: NumberArray<A>,
  rules: FloatRules,
  store: (value: number) => number,
  fits: (value: number) => boolean,
): CastTo<A> {
  return (values, refuse) => {
    const data = new Class(values.length);
    for (let i = 0; i < values.length; i++) {
      const value = values[i] ?? null;
      const float = toFloat(value);
      if (float === undefined) return refuse(i);
      if (rules.beyond === "refuse" && !fits(float) && !isMeantNonFinite(value))
        return refuse(i, "the number is beyond the range of the type");
      data[i] = store(float);
    }
    return data;
  };
}

/** The number of a JSON value as Python's `float()` takes it; undefined where that raises. */
function toFloat(value: JsonValue): number | undefined {
  if (typeof value === "number") return value;
  if (value instanceof JsonFloat) return value.value;
  if (value === null) return Number.NaN;
  if (typeof value === "boolean") return value ? 1 : 0;
  if (typeof value === "string") return parsePythonFloat(value);
  if (typeof value !== "bigint") return undefined;
  const float = Number(value);
  return Number.isFinite(float) ? float : undefined;
}

/** NaN, Infinity or null as a word, rather than digits that no float holds. */
function isMeantNonFinite(value: JsonValue): boolean {
  if (typeof value === "number") return !Number.isFinite(value);
  return value === null || (typeof value === "string" && /inf|nan/i.test(value));
}
