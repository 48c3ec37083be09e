import { EXACT_POWERS, MAX_EXPONENT, POWER_HIGHS, POWER_LOWS } from "./powers-of-ten.js";

/** Veltkamp's constant for 53 bits: splits a float64 into two halves whose products are exact. */
const SPLITTER = 2 ** 27 + 1;

/**
 * The float64 nearest to (high * 10^lowDigits + low) * 10^exponent, or NaN where that stays open.
 *
 * `high` has nine digits and `low` up to nine more, `exponent` is within ±60. The significand and the power of ten are
 * each the sum of two float64, and so is their product, whose error is below 2^-102 of it. When the product with a
 * margin of 2^-98 added and with it taken away round to one float64, every number between does too, as rounding is
 * monotonic. What stays open lies that close to the middle between two floats: exact ties, mostly.
 */
export function exactProduct(high: number, low: number, lowDigits: number, exponent: number): number {
  // Exact: high * 5^9 is below 2^53, and the rest is a power of two.
  const shifted = high * (EXACT_POWERS[lowDigits] ?? 0);
  const significand = shifted + low;
  const significandLow = low - (significand - shifted);
  const power = POWER_HIGHS[exponent + MAX_EXPONENT] ?? 0;
  const powerLow = POWER_LOWS[exponent + MAX_EXPONENT] ?? 0;
  const product = significand * power;
  const error = productError(significand, power, product);
  const tail = error + (significand * powerLow + significandLow * power);
  const margin = product * 2 ** -98;
  const above = product + (tail + margin);
  return above === product + (tail - margin) ? above : Number.NaN;
}

/** What rounding took from a product of two float64, exactly (Dekker). */
function productError(a: number, b: number, product: number): number {
  const aHigh = upperHalf(a);
  const aLow = a - aHigh;
  const bHigh = upperHalf(b);
  const bLow = b - bHigh;
  return aHigh * bHigh - product + aHigh * bLow + aLow * bHigh + aLow * bLow;
}

function upperHalf(value: number): number {
  const scaled = SPLITTER * value;
  return scaled - (scaled - value);
}
