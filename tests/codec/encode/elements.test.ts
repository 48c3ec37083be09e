import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { compileElementTexts } from "../../../src/codec/encode/elements.js";
import { compileValueText } from "../../../src/codec/encode/values.js";
import { Float32Map } from "../../../src/core/float32-map.js";
import { JsonFloat } from "../../../src/core/json.js";
import type { DType } from "../../../src/core/tensor.js";

/** Spellings recorded from Python's `json.dumps` by the script beside them. */
const RECORDED: { readonly floats: readonly string[]; readonly integers: readonly string[] } = JSON.parse(
  readFileSync(join(import.meta.dirname, "../../fixtures/python-numbers/python-numbers.json"), "utf8"),
);

const split = (row: string): [string, string] => {
  const [written = "", text = ""] = row.split(" ");
  return [written, text];
};
const floats = RECORDED.floats.map((row) => {
  const [bits, text] = split(row);
  return { value: Buffer.from(bits, "hex").readDoubleBE(), text };
});
const integers = RECORDED.integers.map((row) => {
  const [digits, text] = split(row);
  return { value: BigInt(digits), text };
});

const WIDENED = { float32: "widened" } as const;
const elementText = compileElementTexts(WIDENED);
const valueText = compileValueText(WIDENED);

const fits = { int64: BigInt.asIntN, uint64: BigInt.asUintN } as const satisfies Partial<Record<DType, unknown>>;

describe("compileElementTexts: numbers of predictions are spelt as json.dumps spells them", () => {
  it("has thousands of recorded floats, subnormal ones too, and hundreds of integers", () => {
    expect(floats.length).toBeGreaterThan(5000);
    expect(integers.length).toBeGreaterThan(400);
    expect(floats.filter(({ value }) => value !== 0 && Math.abs(value) < 2 ** -1022).length).toBeGreaterThan(400);
  });

  it.each(["cell", "tensor"] as const)("float64 in a %s", (place) => {
    const text = elementText("float64", place);
    expect(floats.map(({ value }) => text(Float64Array.of(value), 0))).toEqual(floats.map((float) => float.text));
  });

  it("float32, widened to float64", () => {
    const single = floats.filter(({ value }) => Object.is(Math.fround(value), value));
    const text = elementText("float32", "cell");
    expect(single.length).toBeGreaterThan(400);
    expect(single.map(({ value }) => text(Float32Array.of(value), 0))).toEqual(single.map((float) => float.text));
  });

  it("float32 in a Float32Array or a Float32Map that a model returned, widened to float64", () => {
    const single = floats.filter(({ value }) => Object.is(Math.fround(value), value));
    const texts = single.map((float) => float.text);
    expect(valueText(Float32Array.from(single, ({ value }) => value))).toBe(`[${texts.join(",")}]`);
    const map = new Float32Map(single.map(({ value }, i) => [i, value]));
    expect(valueText(map)).toBe(`{${texts.map((text, i) => `"${i}":${text}`).join(",")}}`);
  });

  it("floats that JavaScript code returned", () => {
    expect(floats.map(({ value }) => valueText(new JsonFloat(value)))).toEqual(floats.map((float) => float.text));
  });

  it("fractions that JavaScript code returned", () => {
    const fractions = floats.filter(({ value }) => !Number.isInteger(value));
    expect(fractions.map(({ value }) => valueText(value))).toEqual(fractions.map((float) => float.text));
  });

  it.each(["int64", "uint64"] as const)("%s", (dtype) => {
    const within = integers.filter(({ value }) => fits[dtype](64, value) === value);
    const texts = within.map(({ value }) =>
      dtype === "int64"
        ? elementText("int64", "cell")(BigInt64Array.of(value), 0)
        : elementText("uint64", "cell")(BigUint64Array.of(value), 0),
    );
    expect(within.length).toBeGreaterThan(200);
    expect(texts).toEqual(within.map((integer) => integer.text));
  });

  it("integers that JavaScript code returned", () => {
    expect(integers.map(({ value }) => valueText(value))).toEqual(integers.map((integer) => integer.text));
    const safe = integers.filter(({ value }) => Number.isSafeInteger(Number(value)));
    expect(safe.map(({ value }) => valueText(Number(value)))).toEqual(safe.map((integer) => integer.text));
  });
});

describe("float32 in shortest digits", () => {
  const [element, value] = [compileElementTexts({}), compileValueText({})];
  const [tenth, half] = [Math.fround(0.1), 0x2e66];

  it.each([
    { name: "a column of float32", text: element("float32", "cell")(Float32Array.of(0.1), 0), expected: "0.1" },
    { name: "a column of float16", text: element("float16", "cell")(Uint16Array.of(half), 0), expected: "0.1" },
    {
      name: "a column of float64",
      text: element("float64", "cell")(Float64Array.of(tenth), 0),
      expected: String(tenth),
    },
    {
      name: "maps of float32 in cells",
      text: element("object", "cell")(
        [
          new Float32Map([
            ["a", tenth],
            ["b", 1],
            ["c", Number.NaN],
          ]),
        ],
        0,
      ),
      expected: '{"a":0.1,"b":1.0,"c":null}',
    },
    { name: "maps of other numbers", text: value(new Map([["a", tenth]])), expected: `{"a":${tenth}}` },
    { name: "a Float32Array in a list", text: value([Float32Array.of(0.1, 2)]), expected: "[[0.1,2.0]]" },
    { name: "a Float64Array", text: value(Float64Array.of(tenth)), expected: `[${tenth}]` },
  ])("writes $name", ({ text, expected }) => {
    expect(text).toBe(expected);
  });

  it("keeps what is not finite as it is asked for", () => {
    const text = compileElementTexts({ nonFinite: "string" });
    expect(text("float32", "cell")(Float32Array.of(Number.NEGATIVE_INFINITY), 0)).toBe('"-Infinity"');
    expect(text("float16", "cell")(Uint16Array.of(0x7e00), 0)).toBe('"NaN"');
    expect(text("float16", "cell")(Uint16Array.of(0xfc00), 0)).toBe('"-Infinity"');
  });
});
