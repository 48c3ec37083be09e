import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ByteWriter } from "../../../src/codec/encode/byte-writer.js";
import { decimalText } from "../../../src/core/decimal-text.js";

function written(write: (to: ByteWriter) => void): string {
  const to = new ByteWriter(4);
  to.byte(0x3e);
  write(to);
  to.byte(0x3c);
  return Buffer.from(to.finish()).toString();
}

describe("a writer of bytes", () => {
  it("writes texts of any length in UTF-8", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 120 }), (text) => {
        expect(written((to) => to.text(text))).toBe(Buffer.from(`>${text}<`).toString());
        expect(written((to) => to.raw(Buffer.from(text)))).toBe(Buffer.from(`>${text}<`).toString());
      }),
    );
  });

  it("writes whole numbers", () => {
    fc.assert(
      fc.property(fc.oneof(fc.integer(), fc.maxSafeInteger()), (value) => {
        expect(written((to) => to.integer(value))).toBe(`>${value}<`);
      }),
    );
  });

  it("spells decimals as Python spells floats", () => {
    const digits = fc.oneof(
      fc.nat(),
      fc.nat(200),
      fc.nat(2000).map((value) => value * 100_000),
    );
    fc.assert(
      fc.property(digits, fc.integer({ min: -20, max: 20 }), fc.boolean(), (value, exponent, negative) => {
        expect(written((to) => to.decimal(value, exponent, negative))).toBe(
          `>${decimalText(value, exponent, negative)}<`,
        );
      }),
      { numRuns: 2000 },
    );
  });
});
