import { Counter, collectDefaultMetrics, Gauge, Registry } from "prom-client";
import type { Phase } from "../core/clock.js";
import type { RunFacts } from "../pipeline/row-joiner.js";
import { addReadMetric, Buckets } from "./read-metrics.js";
import type { ServedModel } from "./served-model.js";

/** Everything that is counted or timed: the only place where a metric is named. */
export interface Metrics {
  /** A request has come. */
  requestStarted(): void;
  /** Its answer is made. `route` is a path of ours, never the caller's; `milliseconds` from the first byte read to the answer made. */
  requestEnded(route: string, status: number, milliseconds: number): void;
  /** Rows of a request that was answered. */
  rowsPredicted(rows: number): void;
  /** One of the phases of a request is over. */
  phaseEnded(phase: Phase, milliseconds: number): void;
  /** A worker process ended and is replaced. */
  workerRestarted(): void;
  /** A connection was closed at once, as there were as many as there may be. */
  connectionDropped(): void;
  /** Requests go to this model from now on. */
  modelLoaded(model: ServedModel): void;
  /** A run of a model whose rows are joined, of one request or of several. */
  runEnded(run: RunFacts): void;
  /** The media type of `text()`. */
  readonly contentType: string;
  /** The Prometheus text of all metrics. */
  text(): Promise<string>;
  /** Their values at this moment, for whoever adds up those of several processes. */
  snapshot(): Promise<MetricSnapshot>;
}

/** The metrics of one process as prom-client's `AggregatorRegistry` adds them up. */
export type MetricSnapshot = readonly { readonly name: string; readonly type: unknown }[];

/** From 50 µs, a tiny model's run, to 10 s. */
const BUCKETS_SECONDS = [
  0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
];

/** Metrics of one server, in a registry of its own. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const dropped = new Counter({
    name: "mlserve_connections_dropped_total",
    help: "Connections closed at once, as there were too many.",
    registers,
  });
  return {
    connectionDropped: () => dropped.inc(),
    ...createRequestMetrics(registry),
    ...createPhaseMetrics(registry),
    ...createRunMetrics(registry),
    ...createModelMetrics(registers),
    contentType: registry.contentType,
    text: () => registry.metrics(),
    snapshot: () => registry.getMetricsAsJSON(),
  };
}

/** What is counted of the requests of one route. */
interface RouteCounts {
  readonly seconds: Buckets;
  readonly byStatus: Map<number, number>;
}

function createRequestMetrics(registry: Registry): Pick<Metrics, "requestStarted" | "requestEnded"> {
  const routes = new Map<string, RouteCounts>();
  let inFlight = 0;
  const countsOf = (route: string): RouteCounts => {
    const known = routes.get(route);
    if (known !== undefined) return known;
    const counts = { seconds: new Buckets(BUCKETS_SECONDS), byStatus: new Map<number, number>() };
    routes.set(route, counts);
    return counts;
  };
  addReadMetric(registry, {
    name: "mlserve_requests_total",
    help: "Answered requests.",
    type: "counter",
    read: () =>
      [...routes].flatMap(([route, { byStatus }]) =>
        Array.from(byStatus, ([status, value]) => ({ labels: { route, status }, value })),
      ),
  });
  addReadMetric(registry, {
    name: "mlserve_requests_in_flight",
    help: "Requests that are being answered.",
    type: "gauge",
    read: () => [{ labels: {}, value: inFlight }],
  });
  const name = "mlserve_request_seconds";
  addReadMetric(registry, {
    name,
    help: "Time from request to answer.",
    type: "histogram",
    read: () => [...routes].flatMap(([route, { seconds }]) => seconds.values(name, { route })),
  });
  return {
    requestStarted() {
      inFlight++;
    },
    requestEnded(route, status, milliseconds) {
      inFlight--;
      const { seconds, byStatus } = countsOf(route);
      seconds.observe(milliseconds / 1000);
      byStatus.set(status, (byStatus.get(status) ?? 0) + 1);
    },
  };
}

function createPhaseMetrics(registry: Registry): Pick<Metrics, "phaseEnded" | "rowsPredicted"> {
  const phases: Readonly<Record<Phase, Buckets>> = {
    decode: new Buckets(BUCKETS_SECONDS),
    queue: new Buckets(BUCKETS_SECONDS),
    predict: new Buckets(BUCKETS_SECONDS),
    encode: new Buckets(BUCKETS_SECONDS),
  };
  let rows = 0;
  const name = "mlserve_phase_seconds";
  addReadMetric(registry, {
    name,
    help: "Time in each phase of a scoring request.",
    type: "histogram",
    read: () => Object.entries(phases).flatMap(([phase, seconds]) => seconds.values(name, { phase })),
  });
  addReadMetric(registry, {
    name: "mlserve_rows_total",
    help: "Rows predicted.",
    type: "counter",
    read: () => [{ labels: {}, value: rows }],
  });
  return {
    rowsPredicted(count) {
      rows += count;
    },
    phaseEnded(phase, milliseconds) {
      phases[phase].observe(milliseconds / 1000);
    },
  };
}

const BUCKETS_ROWS = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024];

/** How rows of requests share runs. */
function createRunMetrics(registry: Registry): Pick<Metrics, "runEnded"> {
  const runRows = new Buckets(BUCKETS_ROWS);
  let joined = 0;
  let split = 0;
  const name = "mlserve_run_rows";
  addReadMetric(registry, {
    name,
    help: "Rows of each run of a model whose rows are joined.",
    type: "histogram",
    read: () => runRows.values(name),
  });
  addReadMetric(registry, {
    name: "mlserve_joined_requests_total",
    help: "Requests whose rows were run together with those of others.",
    type: "counter",
    read: () => [{ labels: {}, value: joined }],
  });
  addReadMetric(registry, {
    name: "mlserve_split_runs_total",
    help: "Runs of several requests that failed, so that each request was run again alone.",
    type: "counter",
    read: () => [{ labels: {}, value: split }],
  });
  return {
    runEnded({ rows, requests, isSplit }) {
      runRows.observe(rows);
      if (isSplit) split++;
      else if (requests > 1) joined += requests;
    },
  };
}

/** Which model is served, and by what. */
function createModelMetrics(registers: Registry[]): Pick<Metrics, "modelLoaded" | "workerRestarted"> {
  const info = new Gauge({
    name: "mlserve_model_info",
    help: "The served model; always 1.",
    labelNames: ["name", "flavor", "digest"],
    aggregator: "first",
    registers,
  });
  const maxRows = new Gauge({
    name: "mlserve_joining_max_rows",
    help: "Rows of different requests that may share a run; 0 where none may, and the log says why.",
    aggregator: "max",
    registers,
  });
  const loadSeconds = new Gauge({
    name: "mlserve_model_load_seconds",
    help: "Time to open, load and warm up the model.",
    aggregator: "max",
    registers,
  });
  const restarts = new Counter({
    name: "mlserve_worker_restarts_total",
    help: "Worker processes that ended and were replaced.",
    registers,
  });
  const workers = new Gauge({
    name: "mlserve_workers",
    help: "Worker processes that the model was given; 0 when it runs in the server's own.",
    registers,
  });
  return {
    workerRestarted: () => restarts.inc(),
    modelLoaded(model) {
      workers.set(model.workers);
      maxRows.set(model.joining.kind === "on" ? model.joining.maxRows : 0);
      // One model: that it took the place of another is told by its digest.
      info.reset();
      info.set({ name: model.name, flavor: model.flavor, digest: model.digest ?? "" }, 1);
      loadSeconds.set(model.loadMs / 1000);
    },
  };
}
