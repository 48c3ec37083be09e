import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { JsonFloat, type JsonValue, parseJson, parseJsonText, toPlain } from "../../src/core/json.js";

describe("parseJson", () => {
  it("agrees with JSON.parse on every value that JavaScript can hold", () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), fc.constantFrom(0, 1, 3), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        // Objects without a prototype, as ours are, and -0 as JSON spells it.
        const expected = JSON.parse(text, (_, item) =>
          typeof item === "object" && item !== null && !Array.isArray(item)
            ? Object.assign(Object.create(null), item)
            : item,
        );
        expect(narrow(toPlain(parseJsonText(text)))).toEqual(expected);
      }),
      { numRuns: 2000 },
    );
  });

  it("agrees with JSON.parse about which of any broken texts are JSON", () => {
    const pieces = fc.constantFrom(
      '"a"',
      "1",
      "-",
      "0.5",
      "e3",
      "{",
      "}",
      "[",
      "]",
      ",",
      ":",
      "true",
      "null",
      " ",
      "\\u12",
      "\n",
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 8 }), (parts) => {
        const text = parts.join("");
        expect(accepts(() => parseJsonText(text))).toBe(accepts(() => JSON.parse(text)));
      }),
      { numRuns: 5000 },
    );
  });

  it("agrees with Number on any float", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const text = Number.isInteger(value) ? `${BigInt(value)}.0` : String(value);
        expect(toPlain(parseJsonText(text))).toBe(Number(text));
      }),
    );
  });

  it.each<{ name: string; text: string; value: JsonValue }>([
    { name: "an integer as a number", text: "12", value: 12 },
    { name: "an integer beyond 2^53 in all its digits", text: "9007199254740993", value: 9007199254740993n },
    { name: "a whole float marked as one", text: "1.0", value: new JsonFloat(1) },
    { name: "an exponent as a float", text: "1e3", value: new JsonFloat(1000) },
    { name: "an integer zero with a sign as zero", text: "-0", value: 0 },
    {
      name: "a float too large for 64 bits as infinity, marked as digits",
      text: "1e400",
      value: new JsonFloat(Number.POSITIVE_INFINITY),
    },
    {
      name: "the last of repeated keys",
      text: '{"a":1,"b":2,"a":3}',
      value: new Map([
        ["a", 3],
        ["b", 2],
      ]),
    },
    { name: "__proto__ as an ordinary key", text: '{"__proto__":1}', value: new Map([["__proto__", 1]]) },
    {
      name: "keys like numbers in their own order",
      text: '{"10":1,"9":2}',
      value: new Map([
        ["10", 1],
        ["9", 2],
      ]),
    },
    { name: "a lone surrogate", text: '"\\ud800"', value: "\ud800" },
    { name: "a surrogate pair and text around it", text: '"ä\\ud83d\\ude00é\\n"', value: "ä😀é\n" },
    { name: "a text behind a byte order mark", text: "\ufeff[1]", value: [1] },
  ])("reads $name", ({ text, value }) => {
    expect(parseJsonText(text)).toEqual(value);
  });

  it.each([
    { word: "NaN", value: Number.NaN },
    { word: "Infinity", value: Number.POSITIVE_INFINITY },
    { word: "-Infinity", value: Number.NEGATIVE_INFINITY },
  ])("reads $word only when asked to", ({ word, value }) => {
    expect(parseJsonText(`[${word}]`, { nonFinite: true })).toEqual([value]);
    expect(() => parseJsonText(`[${word}]`)).toThrow("expected a value");
  });

  it.each([
    { name: "an empty text", bytes: "", message: "line 1, column 1: expected a value, found the end of the text" },
    { name: "text behind the value", bytes: "{} x", message: "line 1, column 4: expected the end of the text" },
    { name: "a text that ends too soon", bytes: '{"a":[1,', message: "expected a value, found the end of the text" },
    { name: "a fault on a later line", bytes: '{\n  "a": tru\n}', message: "line 2, column 8: expected a value" },
    {
      name: "a raw control character",
      bytes: '"a\u0001b"',
      message: "a control character in a string must be escaped",
    },
    { name: "a trailing comma", bytes: "[1,]", message: "expected a value" },
    { name: "a leading zero", bytes: "[01]", message: "expected ',' or ']'" },
    { name: "a bad escape", bytes: '"\\x41"', message: "an escape that JSON does not know" },
    { name: "too deep a nesting", bytes: "[".repeat(100_000), message: "nested deeper than 64 levels" },
    { name: "an integer of 4301 digits", bytes: "1".repeat(4301), message: "more than 4300 digits" },
  ])("refuses $name", ({ bytes, message }) => {
    expect(() => parseJsonText(bytes)).toThrow(message);
  });

  it("refuses bytes that are not UTF-8", () => {
    expect(() => parseJson(Uint8Array.of(0x22, 0xff, 0x22))).toThrow("not valid UTF-8");
  });

  it("makes one list and one object of all empty ones, of which a short text could hold millions", () => {
    const [a, b, c, d, e] = parseJsonText('[{},[],{},[],{"x":{}}]') as JsonValue[];
    expect([a, b, e]).toEqual([new Map(), [], new Map([["x", new Map()]])]);
    expect(c).toBe(a);
    expect(d).toBe(b);
  });

  it("never repeats what the text held", () => {
    expect(() => parseJsonText('{"secret": hunter2}')).toThrow(/^(?!.*hunter2)/);
  });
});

/** Integers beyond 2^53 as numbers, since that is all that JSON.parse has for them. */
function narrow(value: unknown): unknown {
  if (typeof value === "bigint") return Number(value);
  if (Array.isArray(value)) return value.map(narrow);
  if (typeof value !== "object" || value === null) return value;
  return Object.assign(
    Object.create(null),
    Object.fromEntries(Object.entries(value).map(([key, item]) => [key, narrow(item)])),
  );
}

function accepts(parse: () => unknown): boolean {
  try {
    parse();
    return true;
  } catch {
    return false;
  }
}
