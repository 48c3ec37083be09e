import { describe, expect, it } from "vitest";
import { createFloat32Text, float16Text } from "../../src/core/float-texts.js";
import { fromFloat16Bits, toFloat16Bits } from "../../src/core/float16.js";
import { pythonFloatText } from "../../src/core/python-text.js";
import { randomBits } from "../support/random-bits.js";
import { shortestFault } from "../support/shortest-fault.js";

const float32Text = createFloat32Text();
const scratch = new DataView(new ArrayBuffer(4));

function fromBits(bits: number): number {
  scratch.setUint32(0, bits);
  return scratch.getFloat32(0);
}

/** What is wrong with the text of a float32: not its own shortest digits, or not in Python's spelling. */
function float32Fault(value: number): string | undefined {
  const text = float32Text(value);
  const fault =
    shortestFault(text, value, (read) => Object.is(Math.fround(read), value)) ??
    (pythonFloatText(Number(text)) === text ? undefined : "is not spelt as Python spells it");
  return fault === undefined ? undefined : `${value} as ${text} ${fault}`;
}

function float16Fault(bits: number): string | undefined {
  const text = float16Text(bits);
  const fault =
    shortestFault(text, fromFloat16Bits(bits), (read) => toFloat16Bits(read) === bits) ??
    (pythonFloatText(Number(text)) === text ? undefined : "is not spelt as Python spells it");
  return fault === undefined ? undefined : `${bits} as ${text} ${fault}`;
}

function faultsOf<T>(values: Iterable<T>, fault: (value: T) => string | undefined): string[] {
  const faults: string[] = [];
  for (const value of values) {
    const found = fault(value);
    if (found !== undefined) faults.push(found);
  }
  return faults;
}

/** Patterns with their neighbours on both sides, finite ones only. */
function* withNeighbours(patterns: Iterable<number>): Generator<number> {
  for (const bits of patterns) {
    for (let near = bits - 3; near <= bits + 3; near++) {
      if (near >= 0 && near < 0x7f800000) yield* [fromBits(near), -fromBits(near)];
    }
  }
}

const range = (length: number): number[] => Array.from({ length }, (_, i) => i);

describe("createFloat32Text", () => {
  it.each([
    [0.1, "0.1"],
    [-0.1, "-0.1"],
    [0, "0.0"],
    [-0, "-0.0"],
    [1, "1.0"],
    [-1000, "-1000.0"],
    [0.3333333432674408, "0.33333334"],
    [12.3, "12.3"],
    [0.0001, "0.0001"],
    [0.00001, "1e-05"],
    [0.000012345, "1.2345e-05"],
    [16777216, "16777216.0"],
    [123456789, "123456790.0"],
    [1e10, "10000000000.0"],
    [9.999999e15, "9999999000000000.0"],
    [1e16, "1e+16"],
    [1.5e17, "1.5e+17"],
    [2 ** -149, "1e-45"],
    [2 ** -126, "1.1754944e-38"],
    [3.4028234663852886e38, "3.4028235e+38"],
  ])("writes %d as %s", (value, text) => {
    expect(float32Text(value)).toBe(text);
  });

  it("writes the shortest and closest digits of a million random numbers, each of which reads back", () => {
    let count = 0;
    function* finite(): Generator<number> {
      for (const bits of randomBits(1_004_000)) {
        const value = fromBits(bits);
        if (!Number.isFinite(value)) continue;
        count++;
        yield value;
      }
    }
    expect(faultsOf(finite(), float32Fault)).toEqual([]);
    expect(count).toBeGreaterThan(999_000);
  });

  it.each([
    { name: "powers of two and their neighbours", patterns: range(255).map((exponent) => exponent << 23) },
    { name: "the smallest subnormals", patterns: range(3000) },
    { name: "subnormals of every size", patterns: range(23).map((exponent) => 1 << exponent) },
    { name: "the largest", patterns: range(3000).map((below) => 0x7f7fffff - below) },
    { name: "integers around 2^24 and 2^25", patterns: [...range(3000), 8388608].map((step) => 0x4b7ffa00 + step) },
    { name: "powers of ten", patterns: range(84).map((power) => bitsOf(Number(`1e${power - 45}`))) },
    { name: "halves of powers of ten", patterns: range(84).map((power) => bitsOf(Number(`5e${power - 45}`))) },
    { name: "hundredths", patterns: range(10_000).map((i) => bitsOf(i / 100)) },
  ])("writes the shortest and closest digits of $name", ({ patterns }) => {
    expect(faultsOf(withNeighbours(patterns), float32Fault)).toEqual([]);
  });
});

function bitsOf(value: number): number {
  scratch.setFloat32(0, value);
  return scratch.getUint32(0);
}

describe("float16Text", () => {
  it("writes the shortest and closest digits of every finite half, each of which reads back", () => {
    const finite = range(0x10000).filter((bits) => (bits & 0x7c00) !== 0x7c00);
    expect(finite).toHaveLength(63_488);
    expect(faultsOf(finite, float16Fault)).toEqual([]);
  });

  it.each([
    [0x2e66, "0.1"],
    [0x7bff, "65500.0"],
    [0x0001, "6e-08"],
    [0x8000, "-0.0"],
    [0xbc00, "-1.0"],
  ])("writes the pattern %i as %s", (bits, text) => {
    expect(float16Text(bits)).toBe(text);
  });
});

describe("the check of these tests", () => {
  const third = Math.fround(1 / 3);
  const isThird = (read: number) => Math.fround(read) === third;

  it.each([
    ["0.33333334", undefined],
    ["0.3333333432674408", "is not the shortest"],
    ["0.333333340", undefined],
    ["0.33333335", "is not the closest"],
    ["0.3333333", "reads back to another number"],
  ])("says of %s for a third: %s", (text, fault) => {
    expect(shortestFault(text, third, isThird)).toBe(fault);
  });
});
