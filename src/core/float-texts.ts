import { decimalText } from "./decimal-text.js";
import { type PrintDecimal, printShortest } from "./shortest-digits.js";

/**
 * Makes the printer of float32 numbers: the shortest digits that read back to the same float32, as numpy prints it, where
 * Python's `json.dumps` prints those of the double that it widens to (0.1 instead of 0.10000000149011612).
 *
 * Takes finite numbers; what has more than 24 bits is rounded to a float32 first.
 */
export function createFloat32Printer<T>(print: PrintDecimal<T>): (value: number) => T {
  const number = new Float32Array(1);
  const pattern = new Uint32Array(number.buffer);
  return (value) => {
    number[0] = value;
    const bits = pattern[0] ?? 0;
    const fraction = bits & 0x7fffff;
    const biased = (bits >>> 23) & 0xff;
    const negative = bits > 0x7fffffff;
    if (biased === 0)
      return fraction === 0 ? print(0, 0, negative) : printShortest(fraction, -149, false, negative, print);
    // Every digit of a whole number below 2^24 counts.
    if (biased <= 150 && value === Math.trunc(value)) return print(Math.abs(value), 0, negative);
    return printShortest(fraction | 0x800000, biased - 150, fraction === 0 && biased > 1, negative, print);
  };
}

/** {@link createFloat32Printer} of texts, as Python spells floats. */
export function createFloat32Text(): (value: number) => string {
  return createFloat32Printer(decimalText);
}

/** The shortest digits that read back to the same float16, of the bit pattern of a finite number. */
export function float16Text(bits: number): string {
  const fraction = bits & 0x3ff;
  const biased = (bits >>> 10) & 0x1f;
  const negative = (bits & 0x8000) !== 0;
  if (biased === 0)
    return fraction === 0 ? decimalText(0, 0, negative) : printShortest(fraction, -24, false, negative, decimalText);
  return printShortest(fraction | 0x400, biased - 25, fraction === 0 && biased > 1, negative, decimalText);
}
