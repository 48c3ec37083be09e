/** The half-precision bit pattern nearest to a number, ties to even; 65520 and more is infinity. */
export function toFloat16Bits(value: number): number {
  if (Number.isNaN(value)) return 0x7e00;
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const magnitude = Math.abs(value);
  if (magnitude >= 65520) return sign | 0x7c00;
  // Straight from float64: going through float32 would round twice and could miss the nearest by one.
  if (magnitude < 2 ** -14) return sign | roundToEven(magnitude * 2 ** 24);
  const exponent = exponentOf(magnitude);
  // From 1024 to 2048: a mantissa that rounds up to 2048 carries into the exponent by itself.
  const mantissa = roundToEven(magnitude * 2 ** (10 - exponent));
  return sign | (((exponent + 15) << 10) + mantissa - 1024);
}

/** The number that a half-precision bit pattern stands for. */
export function fromFloat16Bits(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const mantissa = bits & 0x3ff;
  if (exponent === 0) return sign * mantissa * 2 ** -24;
  if (exponent === 0x1f) return mantissa === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1024 + mantissa) * 2 ** (exponent - 25);
}

/** The power of two at or below a magnitude from 2^-14 to 65520. */
function exponentOf(magnitude: number): number {
  const guess = Math.floor(Math.log2(magnitude));
  // The logarithm of a number just below a power of two may come out as that power.
  return magnitude < 2 ** guess ? guess - 1 : guess;
}

/** Of a magnitude below 2^52, where adding and taking away 2^52 leaves no fraction. */
function roundToEven(magnitude: number): number {
  return magnitude + 2 ** 52 - 2 ** 52;
}
