const INTEGER = /^[ \t\n\v\f\r]*([+-]?)0*(\d+)[ \t\n\v\f\r]*$/;
const WHOLE_FLOAT = /^[ \t\n\v\f\r]*([+-]?)0*(\d+)\.0*[ \t\n\v\f\r]*$/;
const FLOAT = /^[ \t\n\v\f\r]*[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?[ \t\n\v\f\r]*$/;
const INFINITY = /^[ \t\n\v\f\r]*([+-]?)inf(?:inity)?[ \t\n\v\f\r]*$/i;

/** More digits than any integer type has, and few enough to convert in no time. */
const MAX_DIGITS = 100;

/** The integer of a cell that is written as one; undefined for anything else, and for hundreds of digits. */
export function integerOf(cell: string): number | bigint | undefined {
  return exactInteger(INTEGER.exec(cell));
}

/** The whole number of a cell, also of `1.0` and `1e3`; undefined for one with a fraction. */
export function wholeNumberOf(cell: string): number | bigint | undefined {
  const exact = integerOf(cell) ?? exactInteger(WHOLE_FLOAT.exec(cell));
  if (exact !== undefined) return exact;
  const float = floatOf(cell);
  if (float === undefined || !Number.isInteger(float)) return undefined;
  return Number.isSafeInteger(float) ? float : BigInt(float);
}

/** The float of a cell, infinities included; undefined for what is no number. */
export function floatOf(cell: string): number | undefined {
  if (FLOAT.test(cell)) return Number(cell);
  const [, sign] = INFINITY.exec(cell) ?? [];
  if (sign === undefined) return undefined;
  return sign === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

/** Is the cell a word for infinity, rather than digits that no float holds? */
export function isInfinityWord(cell: string): boolean {
  return INFINITY.test(cell);
}

/** The boolean of a cell: true or false in any case. */
export function booleanOf(cell: string): boolean | undefined {
  if (cell.length !== 4 && cell.length !== 5) return undefined;
  const word = cell.toLowerCase();
  return word === "true" ? true : word === "false" ? false : undefined;
}

function exactInteger(match: RegExpExecArray | null): number | bigint | undefined {
  const [, sign = "", digits = ""] = match ?? [];
  if (digits === "" || digits.length > MAX_DIGITS) return undefined;
  if (digits.length <= 15) return sign === "-" ? 0 - Number(digits) : Number(digits);
  return BigInt(sign === "-" ? `-${digits}` : digits);
}
