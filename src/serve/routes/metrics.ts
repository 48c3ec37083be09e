import type { Context } from "hono";
import type { Metrics } from "../metrics.js";

/** `GET /metrics`: Prometheus text. */
export function metricsRoute(metrics: Pick<Metrics, "contentType" | "text">) {
  return async (context: Context): Promise<Response> =>
    context.body(await metrics.text(), 200, { "content-type": metrics.contentType });
}
