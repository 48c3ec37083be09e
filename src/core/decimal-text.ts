/** What stands before the digits of a number from 1e-4 on that has nothing before its point. */
const STARTS = ["0.", "0.0", "0.00", "0.000"] as const;
const NEGATIVE_STARTS = ["-0.", "-0.0", "-0.00", "-0.000"] as const;

/** `digits * 10^exponent` as Python's `str()` spells a float: `0.1`, `12.0`, `1e-05`, `1.5e+16`. Digits are from 0 to 2^31 - 1. */
export function decimalText(digits: number, exponent: number, negative: boolean): string {
  if (digits === 0) return negative ? "-0.0" : "0.0";
  const zeros = trailingZeros(digits);
  const text = String(digits / 10 ** zeros);
  const point = text.length + exponent + zeros;
  if (point > -4 && point <= 0) return (negative ? NEGATIVE_STARTS : STARTS)[-point] + text;
  const sign = negative ? "-" : "";
  if (point > 16 || point < 0) return sign + withExponent(text, point - 1);
  if (point >= text.length) return `${sign}${text.padEnd(point, "0")}.0`;
  return `${sign}${text.slice(0, point)}.${text.slice(point)}`;
}

function trailingZeros(digits: number): number {
  let zeros = 0;
  for (let rest = digits; rest % 10 === 0; rest /= 10) zeros++;
  return zeros;
}

function withExponent(digits: string, exponent: number): string {
  const mantissa = digits.length === 1 ? digits : `${digits.charAt(0)}.${digits.slice(1)}`;
  const size = Math.abs(exponent);
  return `${mantissa}e${exponent < 0 ? "-" : "+"}${size < 10 ? "0" : ""}${size}`;
}
