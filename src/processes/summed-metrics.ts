import { AggregatorRegistry, Counter, collectDefaultMetrics, Gauge, Registry } from "prom-client";
import type { MetricSnapshot, Metrics } from "../serve/metrics.js";

/** The metrics of all processes as those of one server. */
export interface SummedMetrics extends Pick<Metrics, "contentType" | "text" | "connectionDropped"> {
  /** A process ended; what it had counted stays in the sums, so that no counter ever falls. */
  processEnded(counted: MetricSnapshot): void;
  /** It was none that somebody had told to end. */
  processRestarted(): void;
}

/** What goes on counting after its process: gauges tell of one that is there. */
const LASTING: ReadonlySet<string> = new Set(["counter", "histogram"]);

/** The lag of the first process's event loop, which answers no requests, would only hide that of the others. */
const LOOP = "nodejs_eventloop";

/** `countAll` gives what each process that serves has counted so far. */
export function createSummedMetrics(countAll: () => Promise<readonly MetricSnapshot[]>): SummedMetrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const processes = new Gauge({ name: "mlserve_processes", help: "Processes that serve.", registers });
  const restarts = new Counter({
    name: "mlserve_process_restarts_total",
    help: "Processes that served, ended and were replaced.",
    registers,
  });
  // Processes that serve have one of the same name, which stays at 0.
  const dropped = new Counter({
    name: "mlserve_connections_dropped_total",
    help: "Connections closed at once, as there were too many.",
    registers,
  });
  let ended: Promise<MetricSnapshot> = Promise.resolve([]);
  return {
    contentType: registry.contentType,
    async text() {
      // One that ends meanwhile is in what is counted now, and is not to be there twice.
      const before = ended;
      const counted = await countAll();
      processes.set(counted.length);
      const own = (await registry.getMetricsAsJSON()).filter(({ name }) => !name.startsWith(LOOP));
      return await AggregatorRegistry.aggregate([...counted, await before, own]).metrics();
    },
    processEnded(counted) {
      const lasting = counted.filter(({ type }) => LASTING.has(String(type)));
      ended = ended.then((before) => AggregatorRegistry.aggregate([before, lasting]).getMetricsAsJSON());
    },
    processRestarted: () => restarts.inc(),
    connectionDropped: () => dropped.inc(),
  };
}
