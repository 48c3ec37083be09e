import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { compileElementTexts } from "../../../src/codec/encode/elements.js";
import { compileValueText } from "../../../src/codec/encode/values.js";
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

const elementText = compileElementTexts("null");
const valueText = compileValueText("null");

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
