import { describe, expect, it } from "vitest";
import { createSummedMetrics } from "../../src/processes/summed-metrics.js";
import { createMetrics, type Metrics } from "../../src/serve/metrics.js";
import { sumModel } from "../support/sum-model.js";

/** The metrics of a process that serves and has answered so many requests. */
function answered(requests: number): Metrics {
  const metrics = createMetrics();
  metrics.modelLoaded({ ...sumModel(), workers: 2, loadMs: 1000 * requests, joining: { kind: "on", maxRows: 128 } });
  for (let i = 0; i < requests; i++) {
    metrics.requestStarted();
    metrics.requestEnded("/invocations", 200, 30);
  }
  metrics.requestStarted();
  return metrics;
}

const snapshots = (all: readonly Metrics[]) => Promise.all(all.map((each) => each.snapshot()));

function valuesOf(text: string): Map<string, number> {
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(" ")), Number(line.slice(line.lastIndexOf(" ")))]),
  );
}

const REQUESTS = 'mlserve_requests_total{route="/invocations",status="200"}';

describe("summed metrics", () => {
  it.each([
    { metric: REQUESTS, value: 5 },
    { metric: 'mlserve_request_seconds_count{route="/invocations"}', value: 5 },
    { metric: 'mlserve_request_seconds_bucket{le="0.025",route="/invocations"}', value: 0 },
    { metric: 'mlserve_request_seconds_bucket{le="0.05",route="/invocations"}', value: 5 },
    { metric: "mlserve_requests_in_flight", value: 2 },
    { metric: "mlserve_workers", value: 4 },
    { metric: "mlserve_model_load_seconds", value: 3 },
    { metric: "mlserve_joining_max_rows", value: 128 },
    { metric: "mlserve_processes", value: 2 },
    { metric: "mlserve_process_restarts_total", value: 0 },
  ])("have $metric $value", async ({ metric, value }) => {
    const summed = createSummedMetrics(() => snapshots([answered(2), answered(3)]));
    expect(valuesOf(await summed.text()).get(metric)).toBe(value);
  });

  it("tell of one model", async () => {
    const values = valuesOf(await createSummedMetrics(() => snapshots([answered(1), answered(1)])).text());
    const models = [...values].filter(([name]) => name.startsWith("mlserve_model_info"));
    expect(models.map(([, value]) => value)).toEqual([1]);
  });

  it("count a process once that ends while it is asked", async () => {
    const process = answered(2);
    const summed = createSummedMetrics(async () => {
      const counted = await snapshots([process]);
      summed.processEnded(await process.snapshot());
      return counted;
    });
    expect(valuesOf(await summed.text()).get(REQUESTS)).toBe(2);
  });

  it("keep what processes that have ended had counted, but not what they had open", async () => {
    const summed = createSummedMetrics(() => snapshots([answered(1)]));
    for (const count of [2, 3]) {
      summed.processEnded(await answered(count).snapshot());
      summed.processRestarted();
    }
    const values = valuesOf(await summed.text());
    expect(values.get(REQUESTS)).toBe(6);
    expect(values.get('mlserve_request_seconds_count{route="/invocations"}')).toBe(6);
    expect(values.get("mlserve_requests_in_flight")).toBe(1);
    expect(values.get("mlserve_process_restarts_total")).toBe(2);
  });
});
