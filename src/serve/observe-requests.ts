import type { MiddlewareHandler } from "hono";
import type { Clock } from "../core/clock.js";
import { toRequestId } from "../http/request-id.js";
import type { AppEnv } from "./app.js";
import type { Metrics } from "./metrics.js";

interface ObserveOptions {
  readonly metrics: Metrics;
  readonly clock: Clock;
  /** Paths with a name of their own; all others are counted as one, as callers choose them. */
  readonly routes: ReadonlySet<string>;
}

/** Gives each request its id, and counts and times it. */
export function observeRequests({ metrics, clock, routes }: ObserveOptions): MiddlewareHandler<AppEnv> {
  return async (context, next) => {
    const start = clock();
    const requestId = toRequestId(context.req.header("x-request-id"));
    context.set("requestId", requestId);
    metrics.requestStarted();
    await next();
    context.res.headers.set("x-request-id", requestId);
    metrics.requestEnded(
      routes.has(context.req.path) ? context.req.path : "other",
      context.res.status,
      clock() - start,
    );
  };
}
