import { scaled, takeOneFloat } from "./floats.js";
import type { WrittenKey } from "./key-order.js";
import { EXACT_POWERS } from "./powers-of-ten.js";
import type { Source } from "./source.js";

export type FloatArray = Float32Array | Float64Array;

/* Here and not imported, as the engine looks up what another module has each time: a fifth of all the time. */
const COMMA = 0x2c;
const COLON = 0x3a;
const MINUS = 0x2d;
const ZERO = 0x30;
const SPACE = 0x20;

/** Digits that fit into 32 bits, whatever they are. */
const DIGITS = 9;
/** What {@link digitAt} gives for a point and for the two letters before an exponent. */
const POINT = 0x2e - ZERO;
const SMALL_E = 0x65 - ZERO;
const LARGE_E = 0x45 - ZERO;

/**
 * Reads floats with commas between them into `out`, from a position until another at most, and gives the position behind
 * the last. What comes after it is left to be read. With keys, each float has the next of them before it; where another
 * stands, it and the comma before are left.
 *
 * Numbers are read here as most are written: a sign, up to eighteen digits, a point, a comma and at most one space. What is
 * written otherwise, or is not below `beyond`, is left to {@link takeOneFloat}. It is one loop, as a call for each number
 * would take as long as its digits.
 */
export function takeFloats(
  source: Source,
  out: FloatArray,
  from: number,
  until: number,
  beyond: number,
  keys?: readonly WrittenKey[],
): number {
  const { bytes } = source;
  let { at } = source;
  let comma = at;
  for (let position = from; ; ) {
    if (keys !== undefined) {
      at = behindKey(bytes, at, keys[position - from]);
      if (at < 0) {
        source.at = comma;
        return position;
      }
    }
    const start = at;
    const negative = bytes[at] === MINUS;
    if (negative) at++;
    const first = at;
    let limit = at + DIGITS;
    let high = 0;
    let digit = digitAt(bytes, at);
    while (digit >= 0 && digit <= 9 && at < limit) {
      high = (Math.imul(high, 10) + digit) | 0;
      digit = digitAt(bytes, ++at);
    }
    const whole = at - first;
    let fraction = 0;
    if (digit === POINT) {
      fraction = ++at;
      digit = digitAt(bytes, at);
      // Zeros behind the point count for none.
      if (high === 0) while (digit === 0) digit = digitAt(bytes, ++at);
      limit = high === 0 ? at + DIGITS : limit + 1;
      while (digit >= 0 && digit <= 9 && at < limit) {
        high = (Math.imul(high, 10) + digit) | 0;
        digit = digitAt(bytes, ++at);
      }
    }
    let value = Number.NaN;
    if (whole === 0 || (whole > 1 && bytes[first] === ZERO) || at === fraction) at = start;
    else if (digit >= 0 && digit <= 9) {
      value = takeMoreDigits(source, at, high, fraction);
      at = source.at;
    } else if (!goesOn(digit)) value = fraction === 0 ? high : high / (EXACT_POWERS[at - fraction] ?? 0);
    if (value < beyond && (value > 0 || !negative)) out[position++] = negative ? -value : value;
    else {
      source.at = start;
      out[position++] = takeOneFloat(source, beyond);
      at = source.at;
    }
    if (bytes[at] !== COMMA) {
      source.at = at;
      if (source.peek() !== COMMA) return position;
      at = source.at;
    }
    comma = at;
    if (position === until) {
      source.at = at;
      return position;
    }
    at += bytes[at + 1] === SPACE ? 2 : 1;
  }
}

/** The tenth digit and up to eight more; NaN for a number that has others, or does not end there. */
function takeMoreDigits(source: Source, from: number, high: number, fraction: number): number {
  const { bytes } = source;
  const limit = from + DIGITS;
  let at = from;
  let low = 0;
  let digit = digitAt(bytes, at);
  while (digit >= 0 && digit <= 9 && at < limit) {
    low = (Math.imul(low, 10) + digit) | 0;
    digit = digitAt(bytes, ++at);
  }
  source.at = at;
  if ((digit >= 0 && digit <= 9) || goesOn(digit)) return Number.NaN;
  return scaled(high, low, at - from, fraction === 0 ? 0 : fraction - at);
}

/** The position behind a key and its colon, which stand there as expected, with at most one space; else -1. */
function behindKey(bytes: Uint8Array, start: number, key: WrittenKey | undefined): number {
  if (key === undefined) return -1;
  const end = start + key.length;
  for (let at = start, expected = key.start; at < end; at++, expected++)
    if (bytes[at] !== key.bytes[expected]) return -1;
  if (bytes[end] !== COLON) return -1;
  return bytes[end + 1] === SPACE ? end + 2 : end + 1;
}

/** Does a number go on with what is no digit? */
function goesOn(digit: number): boolean {
  return digit === POINT || digit === SMALL_E || digit === LARGE_E;
}

/** The value of a digit; no value from 0 to 9 for any other byte. */
function digitAt(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? -1) - ZERO;
}
