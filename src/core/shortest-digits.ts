/** Spells `digits * 10^exponent`; digits are from 0 to 2^31 - 1. */
export type PrintDecimal<T> = (digits: number, exponent: number, negative: boolean) => T;

/**
 * The shortest decimal that reads back to `significand * 2^exponent` in a binary format of at most 24 bits, and of those
 * the nearest, printed with `print`.
 *
 * `closerBelow` tells that the next number below is half as far as the one above, as it is under a power of two.
 * Significands are from 1 to 2^24 - 1, exponents from -149 to 104.
 *
 * The method is Raffaello Giulietti's Schubfach: the number and the middles between it and its neighbours are scaled by
 * one power of ten, so that at most two decimals of that many digits can lie between the middles.
 */
export function printShortest<T>(
  significand: number,
  exponent: number,
  closerBelow: boolean,
  negative: boolean,
  print: PrintDecimal<T>,
): T {
  // Floor of the logarithm to the base of ten of the distance between the two middles.
  const scale = (Math.imul(exponent, 1_262_611) - (closerBelow ? 524_031 : 0)) >> 22;
  const power = -scale - LOWEST_POWER;
  const shift = exponent + (Math.imul(-scale, 1_741_647) >> 19) + 1;
  // In quarters, so that the middles are whole. A middle itself reads back to the even one of its two neighbours.
  const odd = significand & 1;
  const quarters = 4 * significand;
  const lower = scaled(power, (quarters - (closerBelow ? 1 : 2)) << shift) + odd;
  const middle = scaled(power, quarters << shift);
  const upper = scaled(power, (quarters + 2) << shift) - odd;

  const digits = middle >>> 2;
  const tens = (digits / 10) | 0;
  const tensBelow = lower <= 40 * tens;
  const tensAbove = 40 * tens + 40 <= upper;
  if (digits >= 10 && tensBelow !== tensAbove) return print(tensAbove ? tens + 1 : tens, scale + 1, negative);

  const below = lower <= 4 * digits;
  const above = 4 * digits + 4 <= upper;
  const up = below !== above ? above : isNearerAbove(middle, digits);
  return print(up ? digits + 1 : digits, scale, negative);
}

/** Of two decimals at the same distance the even one. */
function isNearerAbove(quarters: number, digits: number): boolean {
  const half = 4 * digits + 2;
  return quarters > half || (quarters === half && (digits & 1) === 1);
}

const LOWEST_POWER = -31;
const HIGHEST_POWER = 45;

/**
 * The upper 64 bits of the powers of ten, rounded up, in pieces of 22, 21 and 21 bits: small enough for products with
 * 31 bits to be exact in doubles.
 */
const [HIGH, MIDDLE, LOW] = splitPowers();

function splitPowers(): readonly [Float64Array, Float64Array, Float64Array] {
  const powers = Array.from({ length: HIGHEST_POWER - LOWEST_POWER + 1 }, (_, i) => powerBits(i + LOWEST_POWER));
  const piece = (shift: bigint, bits: number) =>
    Float64Array.from(powers, (power) => Number(BigInt.asUintN(bits, power >> shift)));
  return [piece(42n, 22), piece(21n, 21), piece(0n, 21)];
}

/** 10^power, scaled by a power of two to 64 bits and rounded up. */
function powerBits(power: number): bigint {
  const [numerator, denominator] = power < 0 ? [1n, 10n ** BigInt(-power)] : [10n ** BigInt(power), 1n];
  const shift = BigInt(63 - Math.floor((power * 1_741_647) / 2 ** 19));
  const [above, below] = shift < 0n ? [numerator, denominator << -shift] : [numerator << shift, denominator];
  return (above + below - 1n) / below;
}

/** The product of a power of ten and at most 31 bits without its lowest 64 bits, odd where those were not all zero. */
function scaled(power: number, factor: number): number {
  const low = (LOW[power] ?? 0) * factor;
  const middle = (MIDDLE[power] ?? 0) * factor + Math.floor(low * 2 ** -21);
  const carry = Math.floor(middle * 2 ** -21);
  const high = (HIGH[power] ?? 0) * factor + carry;
  const whole = Math.floor(high * 2 ** -22);
  // The lowest 33 bits hold only what rounding the power up has added.
  const exact = high === whole * 2 ** 22 && middle - carry * 2 ** 21 < 2 ** 12;
  return exact ? whole : whole | 1;
}
