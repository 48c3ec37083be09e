import { describe, expect, it } from "vitest";
import { drawBar, toBars, toScale } from "../../../cli/bench/histogram.js";
import { createLatencies, type Latencies } from "../../../cli/bench/latencies.js";

function latenciesOf(values: Iterable<number>): Latencies {
  const latencies = createLatencies();
  for (const value of values) latencies.add(value);
  return latencies;
}

describe("createLatencies", () => {
  it("tells quantiles within half a percent, from microseconds to minutes", () => {
    const values = Array.from({ length: 1000 }, (_, i) => 0.002 * 1.017 ** i);
    const latencies = latenciesOf(values);
    for (const share of [0.001, 0.5, 0.9, 0.99]) {
      const exact = values[Math.ceil(share * 1000) - 1] ?? Number.NaN;
      expect(Math.abs(latencies.quantile(share) / exact - 1)).toBeLessThan(0.005);
    }
    expect(latencies.max).toBe(values.at(-1));
  });

  it("never tells more than the slowest took", () => {
    expect(latenciesOf([3]).quantile(0.99)).toBeLessThanOrEqual(3);
  });

  it("counts what is shorter or longer than its steps at their ends", () => {
    const latencies = latenciesOf([0, 1e9]);
    expect(latencies).toMatchObject({ count: 2, max: 1e9 });
    expect(latencies.countBetween(0, 0.01)).toBe(1);
    expect(latencies.countBetween(1000, Number.POSITIVE_INFINITY)).toBe(1);
  });

  it("knows nothing of no answers", () => {
    expect(createLatencies().quantile(0.5)).toBeNaN();
    expect(toScale([createLatencies()])).toEqual([]);
  });
});

describe("toBars", () => {
  it("holds every answer once, however many servers share the scale", () => {
    const some = latenciesOf([0.5, 0.6, 0.7, 40]);
    const others = latenciesOf([0.1, 900]);
    const scale = toScale([some, others]);
    for (const latencies of [some, others]) {
      const bars = toBars(latencies, scale);
      expect(bars.reduce((sum, { count }) => sum + count, 0)).toBe(latencies.count);
      expect(bars.map(({ from }) => from)).toEqual([0, ...scale.slice(1)]);
    }
  });

  it("has a scale for answers that all took the same", () => {
    const same = latenciesOf([2, 2, 2]);
    const bars = toBars(same, toScale([same]));
    expect(bars.reduce((sum, { count }) => sum + count, 0)).toBe(3);
  });
});

describe("drawBar", () => {
  it.each([
    { share: 0, text: "" },
    { share: 0.0001, text: "▏" },
    { share: 0.5, text: "██" },
    { share: 0.53125, text: "██▏" },
    { share: 1, text: "████" },
  ])("draws $share of four columns", ({ share, text }) => {
    expect(drawBar(share, 4)).toBe(text);
  });
});
