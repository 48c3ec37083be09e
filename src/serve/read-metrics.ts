import type { Metric, Registry } from "prom-client";

/** A value of a metric, by the labels that it has. */
export interface MetricValue {
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
  /** Where it is not the metric's: `<name>_sum`. */
  readonly metricName?: string;
}

export interface ReadMetric {
  readonly name: string;
  readonly help: string;
  readonly type: "counter" | "gauge" | "histogram";
  /** Its values at this moment. */
  read(): readonly MetricValue[];
}

/**
 * Adds a metric that is read when somebody asks for it. What every request is counted in costs an addition then, while a
 * metric of the library looks for its labels, by a text that it makes of them, each time.
 */
export function addReadMetric(registry: Registry, { name, help, type, read }: ReadMetric): void {
  const metric = {
    name,
    help,
    type,
    get: async () => ({ name, help, type, aggregator: "sum", values: read() }),
    reset() {},
  };
  // All that a registry does with a metric is to call these; its types know the library's own classes only.
  registry.registerMetric(metric as unknown as Metric);
}

/** Values by size, as a histogram tells them. */
export class Buckets {
  private readonly bounds: readonly number[];
  private readonly counts: number[];
  private sum = 0;

  /** `bounds`: the largest value of each bucket, rising; one for all that is larger is added. */
  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.counts = Array(bounds.length + 1).fill(0);
  }

  observe(value: number): void {
    let bucket = 0;
    while (value > (this.bounds[bucket] ?? Number.POSITIVE_INFINITY)) bucket++;
    this.counts[bucket] = (this.counts[bucket] ?? 0) + 1;
    this.sum += value;
  }

  /** The lines of a histogram called `name`. */
  values(name: string, labels: MetricValue["labels"] = {}): MetricValue[] {
    let count = 0;
    const buckets = this.counts.map((more, i) => {
      count += more;
      return { metricName: `${name}_bucket`, labels: { le: this.bounds[i] ?? "+Inf", ...labels }, value: count };
    });
    return [
      ...buckets,
      { metricName: `${name}_sum`, labels, value: this.sum },
      { metricName: `${name}_count`, labels, value: count },
    ];
  }
}
