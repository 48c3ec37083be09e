/**
 * What is wrong with a text as the shortest digits of a number; undefined when nothing is.
 *
 * Slow and independent of how the digits were found: decimals that enclose the number come from the engine's exact
 * `toExponential`, and whether one reads back is tried. `readsBack` tells whether a double rounds to the very number.
 */
export function shortestFault(text: string, value: number, readsBack: (read: number) => boolean): string | undefined {
  if (!readsBack(Number(text))) return "reads back to another number";
  const count = digitsOf(text).length;
  if (count > 1 && around(value, count - 1).some((shorter) => readsBack(Number(shorter)))) return "is not the shortest";
  // Of those with as many digits, the one beside the number comes first.
  const [nearest = "", ...others] = around(value, count);
  if (Number(text) === Number(nearest)) return undefined;
  const closer = readsBack(Number(nearest)) && !isTie(value, nearest, text);
  return closer || others.every((other) => Number(other) !== Number(text)) ? "is not the closest" : undefined;
}

/** The significant digits of a decimal, without the zeros around them. */
function digitsOf(text: string): string {
  const [mantissa = ""] = text.replace(/^-/, "").split("e");
  return mantissa.replace(".", "").replace(/^0+/, "").replace(/0+$/, "") || "0";
}

/** The decimal of so many digits that is nearest to a number, and the ones below and above it. */
function around(value: number, count: number): string[] {
  const [mantissa = "", exponent = ""] = Math.abs(value)
    .toExponential(count - 1)
    .split("e");
  const digits = Number(mantissa.replace(".", ""));
  const sign = value < 0 ? "-" : "";
  return [digits, digits - 1, digits + 1].map((each) => `${sign}${each}e${Number(exponent) - count + 1}`);
}

/** Are two decimals equally far from a number? In whole numbers, so that nothing is rounded. */
function isTie(value: number, one: string, other: string): boolean {
  const [a, b, exact] = [one, other, value.toFixed(100)].map(toScaled);
  if (a === undefined || b === undefined || exact === undefined) return false;
  return exact - a === b - exact;
}

const PLACES = 160;

/** A decimal times 10^160. */
function toScaled(text: string): bigint {
  const [mantissa = "", exponent = "0"] = text.split("e");
  const [whole = "", fraction = ""] = mantissa.split(".");
  return BigInt(whole + fraction) * 10n ** BigInt(PLACES - fraction.length + Number(exponent));
}
