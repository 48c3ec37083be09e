/** 10^0 to 10^22: those that a float64 holds exactly. */
export const EXACT_POWERS = Float64Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`));

/** The exponents for which {@link POWER_HIGHS} and {@link POWER_LOWS} have an entry: -60 to 60. */
export const MAX_EXPONENT = 60;

const EXPONENTS = Array.from({ length: 2 * MAX_EXPONENT + 1 }, (_, i) => i - MAX_EXPONENT);

/** The float64 nearest to 10^(i - 60). */
export const POWER_HIGHS = Float64Array.from(EXPONENTS, (exponent) => Number(`1e${exponent}`));

/** What is missing there: high + low is 10^(i - 60) to 106 bits. */
export const POWER_LOWS = Float64Array.from(EXPONENTS, missingPart);

function missingPart(exponent: number): number {
  const high = Number(`1e${exponent}`);
  if (exponent >= 0) return Number(10n ** BigInt(exponent) - BigInt(high));
  // high is significand / 2^shift, and what is missing is (2^shift - significand * 10^-exponent) / (10^-exponent * 2^shift).
  let shift = 0;
  let significand = high;
  for (; !Number.isInteger(significand); shift++) significand *= 2;
  const divisor = 10n ** BigInt(-exponent);
  const rest = 2n ** BigInt(shift) - BigInt(significand) * divisor;
  return Number((rest * 2n ** 128n) / divisor) / 2 ** (shift + 128);
}
