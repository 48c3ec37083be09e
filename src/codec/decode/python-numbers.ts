/** Python takes an underscore between two digits: 1_000. */
const INTEGER = /^[+-]?\d+(?:_\d+)*$/;
const FLOAT = /^[+-]?(?:\d+(?:_\d+)*(?:\.(?:\d+(?:_\d+)*)?)?|\.\d+(?:_\d+)*)(?:[eE][+-]?\d+(?:_\d+)*)?$/;
/** Longer texts are no numbers anybody means, and expressions with groups would run out of stack on them. */
const MAX_FLOAT_LENGTH = 100_000;
const WORD = /^([+-]?)(inf|infinity|nan)$/i;

/** What Python's `int(text)` gives; undefined where it raises. */
export function parsePythonInteger(text: string): bigint | undefined {
  const trimmed = text.trim();
  if (trimmed.length > 4300 || !INTEGER.test(trimmed)) return undefined;
  const digits = trimmed.replaceAll("_", "");
  return digits.startsWith("+") ? BigInt(digits.slice(1)) : BigInt(digits);
}

/** What Python's `float(text)` gives; undefined where it raises. */
export function parsePythonFloat(text: string): number | undefined {
  const trimmed = text.trim();
  if (trimmed.length > MAX_FLOAT_LENGTH) return undefined;
  if (FLOAT.test(trimmed)) return Number(trimmed.replaceAll("_", ""));
  const word = WORD.exec(trimmed);
  if (word === null) return undefined;
  if (word[2]?.toLowerCase() === "nan") return Number.NaN;
  return word[1] === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}
