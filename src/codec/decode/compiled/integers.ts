import { DOT, END, MINUS, ZERO } from "../../../core/json-bytes.js";
import { takeFloat } from "./floats.js";
import { handOver } from "./hand-over.js";
import type { Source } from "./source.js";

/** Digits that a number holds exactly, whatever they are. */
const SAFE_DIGITS = 15;

/** Reads a whole number, written as an integer or a float such as `1.0`: a bigint where it has more than 15 digits. */
export function takeInteger(source: Source): number | bigint {
  const { bytes } = source;
  const start = source.at;
  let at = start;
  const negative = bytes[at] === MINUS;
  if (negative) at++;
  const first = at;
  let value = 0;
  for (let digit = (bytes[at] ?? END) - ZERO; digit >= 0 && digit <= 9; digit = (bytes[at] ?? END) - ZERO) {
    value = value * 10 + digit;
    at++;
  }
  const digits = at - first;
  if (digits === 0 || (digits > 1 && bytes[first] === ZERO)) handOver();
  const next = bytes[at];
  if (next === DOT || next === 0x65 || next === 0x45) return takeWholeFloat(source);
  source.at = at;
  if (digits > SAFE_DIGITS) return digits > 20 ? handOver() : BigInt(bytes.toString("latin1", start, at));
  return negative ? 0 - value : value;
}

function takeWholeFloat(source: Source): number {
  const value = takeFloat(source);
  return Number.isSafeInteger(value) ? value + 0 : handOver();
}
