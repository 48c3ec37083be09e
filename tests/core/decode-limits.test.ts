import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { beyondLimit, countElements, DEFAULT_DECODE_LIMITS, ValueBudget } from "../../src/core/decode-limits.js";

const limits = { ...DEFAULT_DECODE_LIMITS, maxElements: 1000 };

describe("countElements", () => {
  it.each([
    { shape: [], count: 1 },
    { shape: [1000], count: 1000 },
    { shape: [10, 10, 10], count: 1000 },
    { shape: [2 ** 40, 2 ** 40, 0], count: 0 },
  ])("counts those of $shape", ({ shape, count }) => {
    expect(countElements(shape, limits)).toBe(count);
  });

  it.each([
    { name: "one more", shape: [7, 11, 13] },
    { name: "a product beyond 2^53", shape: [2 ** 30, 2 ** 30, 2 ** 30] },
    { name: "a product beyond 2^64, which would be 0 in 64 bits", shape: [2 ** 32, 2 ** 32] },
    { name: "a product that is infinite", shape: new Array(40).fill(2 ** 52) },
    { name: "a size that is no number", shape: [Number.NaN] },
  ])("refuses $name", ({ shape }) => {
    expect(() => countElements(shape, limits)).toThrow("more than 1000 elements in one tensor or list");
  });

  it("agrees with exact arithmetic", () => {
    const sizes = fc.array(fc.oneof(fc.nat(40), fc.maxSafeNat()), { maxLength: 6 });
    fc.assert(
      fc.property(sizes, (shape) => {
        const exact = shape.reduce((product, size) => product * BigInt(size), 1n);
        if (exact <= 1000n) expect(countElements(shape, limits)).toBe(Number(exact));
        else expect(() => countElements(shape, limits)).toThrow("raise --max-elements");
      }),
    );
  });
});

describe("the refusal of what is beyond a limit", () => {
  it.each(["maxRows", "maxColumns", "maxElements", "maxStringBytes", "maxValueBytes"] as const)("%s is 413", (name) => {
    const { status, message } = beyondLimit(limits, name, "line 1, column 2");
    expect(status).toBe(413);
    expect(message).toMatch(new RegExp(`^line 1, column 2: .*${limits[name]}.*, or raise --max-[a-z]+$`));
  });

  it("maxDepth is 400", () => {
    expect(beyondLimit(limits, "maxDepth")).toMatchObject({ status: 400, kind: "invalid_json" });
  });
});

describe("a budget", () => {
  it("is spent to its last byte", () => {
    const budget = new ValueBudget({ ...limits, maxValueBytes: 10 });
    budget.spend(10);
    budget.spend(0);
    expect(() => budget.spend(1)).toThrow("values that take more than 10 bytes in memory");
  });
});
