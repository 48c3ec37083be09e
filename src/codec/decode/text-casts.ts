import { JsonFloat, type JsonValue } from "../../core/json.js";
import { pythonText } from "../../core/python-text.js";
import type { Cast, Refuse } from "./casts.js";
import { floatValue, isJsonFloat, isJsonInteger } from "./json-kind.js";

/** Casts value by value; what `convert` has no word for is refused. */
function each<E>(convert: (value: JsonValue) => E | undefined): (values: readonly JsonValue[], refuse: Refuse) => E[] {
  return (values, refuse) =>
    values.map((value, i) => {
      const element = convert(value);
      return element === undefined ? refuse(i) : element;
    });
}

/** Python's truth of a value: every text but the empty one is true, null is false. */
export const truths: Cast<"bool"> = (values) => Uint8Array.from(values, (value) => (isTrue(value) ? 1 : 0));

/**
 * {@link truths} of a column of a table, where a missing value beside nothing but numbers, or nothing but texts, is NaN to
 * pandas, which is true.
 */
export const cellTruths: Cast<"bool"> = (values) => {
  const there = values.filter((value) => value !== null);
  const isNan = there.length > 0 && (there.every(isNumber) || there.every((value) => typeof value === "string"));
  return Uint8Array.from(values, (value) => ((isNan && value === null) || isTrue(value) ? 1 : 0));
};

function isNumber(value: JsonValue): boolean {
  return isJsonFloat(value) || isJsonInteger(value);
}

/** {@link truths}, but for values that say something else than they would become. */
export const booleans: Cast<"bool"> = (values, refuse) =>
  Uint8Array.from(values, (value, i) => {
    if (value === null) return refuse(i, "it would become false");
    if (typeof value === "string" && !/^(true|1|)$/i.test(value)) return refuse(i, "any text would become true");
    return isTrue(value) ? 1 : 0;
  });

function isTrue(value: JsonValue): boolean {
  if (isJsonFloat(value)) return floatValue(value) !== 0;
  if (Array.isArray(value)) return value.length > 0;
  if (value instanceof Map) return value.size > 0;
  return Boolean(value);
}

/** Python's `str()` of every value. */
export const texts: Cast<"string"> = each(pythonText);

/** {@link texts}, but for null, which would become the text None. */
export const textsNotNull: Cast<"string"> = (values, refuse) =>
  values.map((value, i) =>
    value === null ? refuse(i, 'it would become the text "None"') : (pythonText(value) ?? refuse(i)),
  );

export const asTheyAre: Cast<"object"> = (values) => values.map(withoutFloatMarks);

/** A string column of pandas holds what it is given; NaN there is a missing text. */
export const textsAndWhatElse: Cast<"object"> = (values) =>
  values.map((value) => (Number.isNaN(value) ? null : withoutFloatMarks(value)));

/** Whether a float was whole matters to casts only: from here on it is a number. */
function withoutFloatMarks(value: JsonValue): unknown {
  if (value instanceof JsonFloat) return value.value;
  if (Array.isArray(value)) return value.map(withoutFloatMarks);
  if (value instanceof Map) return new Map(Array.from(value, ([key, item]) => [key, withoutFloatMarks(item)]));
  return value;
}

/** Base64 as Python's `decodebytes` reads it, which skips every other character. */
export const lenientBase64: Cast<"binary"> = each((value) =>
  typeof value === "string" ? decodeBase64(value.replace(/[^A-Za-z0-9+/=]/g, "")) : undefined,
);

/** Base64 in which nothing but line ends and blanks is skipped. */
export const strictBase64: Cast<"binary"> = each((value) => {
  const characters = typeof value === "string" ? value.replace(/\s/g, "") : "-";
  return /^[A-Za-z0-9+/]*=*$/.test(characters) ? decodeBase64(characters) : undefined;
});

/** What comes after the padding is not read, and padding where none is due is skipped; undefined where it lacks. */
function decodeBase64(characters: string): Uint8Array | undefined {
  const [first = "", ...others] = characters.split("=");
  let digits = first;
  let padding = 0;
  // Every part but the first has one "=" before it.
  for (const part of others) {
    const open = digits.length % 4;
    if (open >= 2 && open + ++padding >= 4) return toBytes(digits);
    if (part !== "") padding = 0;
    digits += part;
  }
  return digits.length % 4 === 0 ? toBytes(digits) : undefined;
}

function toBytes(digits: string): Uint8Array {
  return new Uint8Array(Buffer.from(digits, "base64"));
}

/** numpy's `bytes` of a value: the characters of its text, which must be ASCII. */
export const asciiBytes: Cast<"binary"> = each((value) => {
  const text = pythonText(value);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a control character is ASCII.
  return text !== undefined && /^[\x00-\x7f]*$/.test(text) ? new Uint8Array(Buffer.from(text, "latin1")) : undefined;
});

export const utf8Bytes: Cast<"binary"> = each((value) =>
  typeof value === "string" ? new Uint8Array(Buffer.from(value, "utf8")) : undefined,
);
