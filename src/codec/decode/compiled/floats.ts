import { DOT, END, MINUS, NINE, PLUS, ZERO } from "../../../core/json-bytes.js";
import { exactProduct } from "./exact-product.js";
import { handOver } from "./hand-over.js";
import { EXACT_POWERS, MAX_EXPONENT } from "./powers-of-ten.js";
import type { Source } from "./source.js";

/** Below it, one more digit still fits into nine. */
const NINE_DIGITS = 100_000_000;
const MAX_EXACT_POWER = 22;

/**
 * Reads a JSON number as the float64 nearest to it, never an infinite one.
 *
 * Up to nine digits are gathered in `high` and the next in `low`, both within 32 bits; leading zeros count for none.
 */
export function takeFloat(source: Source): number {
  const { bytes } = source;
  let at = source.at;
  const negative = bytes[at] === MINUS;
  if (negative) at++;
  const start = at;
  let high = 0;
  let low = 0;
  let lowDigits = 0;
  let point = -1;
  for (;;) {
    const digit = (bytes[at] ?? END) - ZERO;
    if (digit >= 0 && digit <= 9) {
      if (high < NINE_DIGITS) high = Math.imul(high, 10) + digit;
      else {
        low = Math.imul(low, 10) + digit;
        lowDigits++;
      }
    } else if (digit === DOT - ZERO && point < 0) point = at;
    else break;
    at++;
  }
  const whole = (point < 0 ? at : point) - start;
  if (whole === 0 || (whole > 1 && bytes[start] === ZERO)) handOver();
  const fraction = point < 0 ? 0 : at - point - 1;
  if (point >= 0 && fraction === 0) handOver();
  source.at = at;
  const marked = bytes[at] === 0x65 || bytes[at] === 0x45;
  const exponent = (marked ? takeExponent(source) : 0) - fraction;
  const value =
    lowDigits === 0 && exponent <= 0 && exponent >= -MAX_EXACT_POWER
      ? high / (EXACT_POWERS[-exponent] ?? 1)
      : scaled(high, low, lowDigits, exponent) || engineFloat(source, start);
  if (!negative) return value;
  // Only a float has a negative zero.
  return value === 0 && point < 0 && !marked ? 0 : -value;
}

/** Behind the `e`: an exponent, cut at ten thousand, which is beyond all ranges. */
function takeExponent(source: Source): number {
  const { bytes } = source;
  let at = source.at + 1;
  const negative = bytes[at] === MINUS;
  if (negative || bytes[at] === PLUS) at++;
  const start = at;
  let exponent = 0;
  for (let digit = (bytes[at] ?? END) - ZERO; digit >= 0 && digit <= 9; digit = (bytes[at] ?? END) - ZERO) {
    if (exponent < 10_000) exponent = exponent * 10 + digit;
    at++;
  }
  if (at === start) handOver();
  source.at = at;
  return negative ? -exponent : exponent;
}

/** (high * 10^lowDigits + low) * 10^exponent; NaN for what is left to the engine. */
export function scaled(high: number, low: number, lowDigits: number, exponent: number): number {
  // Up to fifteen digits are exact, and so is the power: one operation rounds once.
  if (lowDigits <= 6 && exponent >= -MAX_EXACT_POWER && exponent <= MAX_EXACT_POWER) {
    const significand = high * (EXACT_POWERS[lowDigits] ?? 1) + low;
    return exponent < 0 ? significand / (EXACT_POWERS[-exponent] ?? 1) : significand * (EXACT_POWERS[exponent] ?? 1);
  }
  if (lowDigits > 9 || lowDigits === 0 || Math.abs(exponent) > MAX_EXPONENT) return Number.NaN;
  return exactProduct(high, low, lowDigits, exponent);
}

/** A float, also one that a word stands for. A number from `beyond` on hands over, whatever its sign. */
export function takeOneFloat(source: Source, beyond: number): number {
  const byte = source.peek();
  if (byte !== MINUS && (byte < ZERO || byte > NINE)) return takeWord(source, byte);
  if (source.bytes[source.at + 1] === 0x49) return takeNegativeInfinity(source);
  const value = takeFloat(source);
  return value < beyond && value > -beyond ? value : handOver();
}

function takeWord(source: Source, byte: number): number {
  if (byte === 0x49) {
    source.takeWord("Infinity");
    return Number.POSITIVE_INFINITY;
  }
  source.takeWord(byte === 0x4e ? "NaN" : "null");
  return Number.NaN;
}

function takeNegativeInfinity(source: Source): number {
  source.takeWord("-Infinity");
  return Number.NEGATIVE_INFINITY;
}

function engineFloat({ bytes, at }: Source, start: number): number {
  const value = Number(bytes.toString("latin1", start, at));
  return Number.isFinite(value) ? value : handOver();
}
