import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { takeFloats } from "../../../../src/codec/decode/compiled/float-runs.js";
import { takeFloat } from "../../../../src/codec/decode/compiled/floats.js";
import { HAND_OVER } from "../../../../src/codec/decode/compiled/hand-over.js";
import { Source } from "../../../../src/codec/decode/compiled/source.js";
import { OWN_DATA_LIMITS } from "../../../../src/core/decode-limits.js";

function read(text: string): number {
  const source = new Source(Buffer.from(`${text}}`), { limits: OWN_DATA_LIMITS });
  const value = takeFloat(source);
  expect(source.at).toBe(text.length);
  expectInRun(text, value);
  return value;
}

/** Numbers beside each other are read by a loop of their own. */
function expectInRun(text: string, value: number): void {
  const source = new Source(Buffer.from(`${text},${text}, ${text}]}`), { limits: OWN_DATA_LIMITS });
  const out = new Float64Array(4);
  expect(takeFloats(source, out, 0, 4, Number.POSITIVE_INFINITY)).toBe(3);
  expect(source.at).toBe(3 * text.length + 3);
  expect(out).toEqual(Float64Array.of(value, value, value, 0));
}

const bits = fc.double({ noNaN: true, noDefaultInfinity: true });

describe("a float", () => {
  it.each([
    { digits: 17, write: (value: number) => value.toPrecision(17) },
    { digits: 16, write: (value: number) => value.toPrecision(16) },
    { digits: 18, write: (value: number) => value.toPrecision(18) },
    { digits: 21, write: (value: number) => value.toPrecision(21) },
    { digits: 6, write: (value: number) => value.toExponential(5) },
  ])("of $digits digits is the nearest float64", ({ write }) => {
    const texts = fc
      .oneof(bits, fc.double({ min: -1e3, max: 1e3, noNaN: true }))
      .map((value) => write(value).replace("+", ""));
    fc.assert(
      fc.property(texts, (text) => {
        fc.pre(Number.isFinite(Number(text)));
        expect(read(text)).toBe(Number(text));
      }),
      { numRuns: 5000 },
    );
  });

  it("near the middle between two floats goes to the nearest, and to the even one in the middle", () => {
    const middles = fc.tuple(
      fc.bigInt({ min: 2n ** 53n, max: 2n ** 54n }),
      fc.integer({ min: -1, max: 1 }),
      fc.integer({ min: -40, max: 40 }),
    );
    fc.assert(
      fc.property(middles, ([significand, off, exponent]) => {
        const text = `${significand * 2n + 1n + BigInt(off)}e${exponent}`;
        expect(read(text)).toBe(Number(text));
      }),
      { numRuns: 5000 },
    );
  });

  it.each([
    "0",
    "0.0",
    "-0.0",
    "0e9",
    "5e-324",
    "2.2250738585072011e-308",
    "1.7976931348623157e308",
    "9007199254740993",
    "123456789",
    "1234567890",
    "123456789.5",
    "-123456789012345678",
    "1234567890123456789",
    "12345678901234567890.5",
    "0.000012345678901234567",
    "0.0000000000000000000000012",
    "1e22",
    "1e23",
    "123456789e-30",
    "123456789012345678e-60",
    "0.000000000000000000000000000001",
  ])("is read from %s", (text) => expect(read(text)).toBe(Number(text)));

  it("is no negative zero when it is written as an integer", () => {
    expect(read("-0")).toBe(0);
  });

  it.each(["", "-", "01", "-01.5", ".5", "1.", "1.e5", "1e", "1e+", "+1", "1e400", "--1", "NaN"])(
    "is left to the reference decoder: %s",
    (text) => {
      expect(() => read(text)).toThrow();
      try {
        read(text);
      } catch (error) {
        expect(error).toBe(HAND_OVER);
      }
    },
  );
});
