import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { JsonFloat } from "../../src/core/json.js";
import { pythonFloatText, pythonText } from "../../src/core/python-text.js";

describe("pythonText", () => {
  it.each([
    ["a string", "é", "é"],
    ["an integer", 5, "5"],
    ["a large integer", 2 ** 60, "1152921504606846976"],
    ["a bigint", -(2n ** 64n), "-18446744073709551616"],
    ["a float", 2.5, "2.5"],
    ["a whole float", new JsonFloat(3), "3.0"],
    ["a large whole float", new JsonFloat(1e16), "1e+16"],
    ["a small float", 0.00001, "1e-05"],
    ["a float of many digits", 0.1 + 0.2, "0.30000000000000004"],
    ["true", true, "True"],
    ["false", false, "False"],
    ["null", null, "None"],
    ["NaN", Number.NaN, "nan"],
    ["minus infinity", Number.NEGATIVE_INFINITY, "-inf"],
    ["a list", ["a"], undefined],
    ["a map", new Map(), undefined],
  ])("spells %s as Python does", (_, value, text) => {
    expect(pythonText(value)).toBe(text);
  });
});

describe("pythonFloatText", () => {
  it.each([
    // Recorded from Python 3.11's json.dumps.
    { value: 0, text: "0.0" },
    { value: -0, text: "-0.0" },
    { value: -2.5, text: "-2.5" },
    { value: Math.fround(0.1), text: "0.10000000149011612" },
    { value: 123456789012345.6, text: "123456789012345.6" },
    { value: 9999999999999998, text: "9999999999999998.0" },
    { value: 1e16, text: "1e+16" },
    { value: 1.5e16, text: "1.5e+16" },
    { value: 1e100, text: "1e+100" },
    { value: 0.0001, text: "0.0001" },
    { value: 0.00001, text: "1e-05" },
    { value: 1.234e-7, text: "1.234e-07" },
    { value: 5e-324, text: "5e-324" },
    { value: 1.7976931348623157e308, text: "1.7976931348623157e+308" },
  ])("writes $text", ({ value, text }) => {
    expect(pythonFloatText(value)).toBe(text);
  });

  it("writes a text that reads back to the same number", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(Number(pythonFloatText(value))).toBe(value);
      }),
    );
  });
});
