import { Hono } from "hono";
import type { AppEnv } from "./app.js";
import type { Metrics } from "./metrics.js";
import { metricsRoute } from "./routes/metrics.js";

/** An application of metrics alone, for a port that only those who watch the server can reach. */
export function createMetricsApp(metrics: Pick<Metrics, "contentType" | "text">): Hono<AppEnv> {
  return new Hono<AppEnv>().get("/metrics", metricsRoute(metrics));
}
