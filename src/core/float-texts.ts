import { shortestText } from "./shortest-digits.js";

/**
 * Makes the printer of float32 numbers: the shortest digits that read back to the same float32, as numpy prints it, where
 * Python's `json.dumps` prints those of the double that it widens to (0.1 instead of 0.10000000149011612).
 *
 * Takes finite numbers; what has more than 24 bits is rounded to a float32 first.
 */
export function createFloat32Text(): (value: number) => string {
  const number = new Float32Array(1);
  const pattern = new Uint32Array(number.buffer);
  return (value) => {
    number[0] = value;
    const bits = pattern[0] ?? 0;
    const fraction = bits & 0x7fffff;
    const biased = (bits >>> 23) & 0xff;
    const negative = bits > 0x7fffffff;
    if (biased === 0) return fraction === 0 ? zero(negative) : shortestText(fraction, -149, false, negative);
    // Every digit of a whole number below 2^24 counts.
    if (biased <= 150 && value === Math.trunc(value)) return `${value}.0`;
    return shortestText(fraction | 0x800000, biased - 150, fraction === 0 && biased > 1, negative);
  };
}

/** The shortest digits that read back to the same float16, of the bit pattern of a finite number. */
export function float16Text(bits: number): string {
  const fraction = bits & 0x3ff;
  const biased = (bits >>> 10) & 0x1f;
  const negative = (bits & 0x8000) !== 0;
  if (biased === 0) return fraction === 0 ? zero(negative) : shortestText(fraction, -24, false, negative);
  return shortestText(fraction | 0x400, biased - 25, fraction === 0 && biased > 1, negative);
}

function zero(negative: boolean): string {
  return negative ? "-0.0" : "0.0";
}
