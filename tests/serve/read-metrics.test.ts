import fc from "fast-check";
import { AggregatorRegistry, Counter, Histogram, Registry } from "prom-client";
import { describe, expect, it } from "vitest";
import { addReadMetric, Buckets } from "../../src/serve/read-metrics.js";

const BOUNDS = [0.001, 0.5, 1, 10];

/** A histogram and a counter of the library's, and the same of ours, after all values were counted in both. */
function countAll(values: readonly number[]): { library: Registry; ours: Registry } {
  const library = new Registry();
  const ours = new Registry();
  const named = { name: "seconds", help: "How long." };
  const histogram = new Histogram({ ...named, labelNames: ["route"], buckets: BOUNDS, registers: [library] });
  const counter = new Counter({ name: "all", help: "How many.", registers: [library] });
  const buckets = new Buckets(BOUNDS);
  const read = () => (values.length === 0 ? [] : buckets.values("seconds", { route: "/a" }));
  addReadMetric(ours, { ...named, type: "histogram", read });
  const count = () => [{ labels: {}, value: values.length }];
  addReadMetric(ours, { name: "all", help: "How many.", type: "counter", read: count });
  for (const value of values) {
    histogram.observe({ route: "/a" }, value);
    counter.inc();
    buckets.observe(value);
  }
  return { library, ours };
}

const valuesOf = fc.array(fc.oneof(fc.constantFrom(0, ...BOUNDS), fc.double({ min: 0, max: 20, noNaN: true })));

describe("a metric that is read", () => {
  it("has the text that the library's own would have", async () => {
    await fc.assert(
      fc.asyncProperty(valuesOf, async (values) => {
        const { library, ours } = countAll(values);
        expect(await ours.metrics()).toBe(await library.metrics());
      }),
    );
  });

  it("is added up as the library's own would be", async () => {
    const summed = async (choose: (each: ReturnType<typeof countAll>) => Registry): Promise<string> => {
      const all = [countAll([0.1, 3]), countAll([0.2, 30])].map((each) => choose(each).getMetricsAsJSON());
      return await AggregatorRegistry.aggregate(await Promise.all(all)).metrics();
    };
    expect(await summed(({ ours }) => ours)).toBe(await summed(({ library }) => library));
  });

  it("has a name of its own", () => {
    const registry = new Registry();
    const metric = { name: "a", help: "A.", type: "gauge", read: () => [] } as const;
    addReadMetric(registry, metric);
    expect(() => addReadMetric(registry, metric)).toThrow("already been registered");
  });
});
