import { describe, expect, it } from "vitest";
import { fromFloat16Bits, toFloat16Bits } from "../../src/core/float16.js";

const FINITE = Array.from({ length: 0x7c00 }, (_, bits) => bits);

describe("toFloat16Bits", () => {
  it.each([
    ["zero", 0, 0x0000],
    ["negative zero", -0, 0x8000],
    ["one", 1, 0x3c00],
    ["a tenth", 0.1, 0x2e66],
    ["the largest", 65504, 0x7bff],
    ["just below the middle above the largest", 65519.99, 0x7bff],
    ["the middle above the largest", 65520, 0x7c00],
    ["more than any", -1e300, 0xfc00],
    ["infinity", Number.POSITIVE_INFINITY, 0x7c00],
    ["NaN", Number.NaN, 0x7e00],
    ["the smallest normal", 2 ** -14, 0x0400],
    ["just below the smallest normal", 2 ** -14 - 2 ** -60, 0x0400],
    ["the smallest subnormal", 2 ** -24, 0x0001],
    ["half of the smallest, a tie to even", 2 ** -25, 0x0000],
    ["a little more than half of the smallest", 2 ** -25 * (1 + 2 ** -52), 0x0001],
    ["less than any", 5e-324, 0x0000],
    ["what float32 would round to a tie first", 1 + 2 ** -11 + 2 ** -40, 0x3c01],
    ["the float64 below a power of two", 2 - 2 ** -52, 0x4000],
  ])("rounds %s", (_, value, bits) => {
    expect(toFloat16Bits(value)).toBe(bits);
  });

  it("gives back every finite pattern of either sign", () => {
    const wrong = FINITE.flatMap((bits) => [bits, bits | 0x8000]).filter(
      (bits) => toFloat16Bits(fromFloat16Bits(bits)) !== bits,
    );
    expect(wrong).toEqual([]);
  });

  it("rounds the middle between two neighbours to the even one, and what is beside it to the nearer", () => {
    const wrong = FINITE.slice(0, -1).filter((bits) => {
      const low = fromFloat16Bits(bits);
      const middle = (low + fromFloat16Bits(bits + 1)) / 2;
      const even = bits % 2 === 0 ? bits : bits + 1;
      const below = toFloat16Bits(middle * (1 - 2 ** -50));
      const above = toFloat16Bits(middle * (1 + 2 ** -50));
      return toFloat16Bits(middle) !== even || below !== bits || above !== bits + 1;
    });
    expect(wrong).toEqual([]);
  });
});

describe("fromFloat16Bits", () => {
  it.each([
    ["one", 0x3c00, 1],
    ["minus two", 0xc000, -2],
    ["the largest", 0x7bff, 65504],
    ["the smallest", 0x0001, 2 ** -24],
    ["negative zero", 0x8000, -0],
    ["minus infinity", 0xfc00, Number.NEGATIVE_INFINITY],
    ["NaN", 0x7c01, Number.NaN],
  ])("reads %s", (_, bits, value) => {
    expect(fromFloat16Bits(bits)).toBe(value);
  });
});
