import type { MiddlewareHandler } from "hono";
import type { Clock } from "../core/clock.js";
import type { Logger } from "../core/logger.js";
import { toRequestId } from "../http/request-id.js";
import { logRequest } from "./access-log.js";
import type { AppEnv } from "./app.js";
import type { Metrics } from "./metrics.js";

interface ObserveOptions {
  readonly metrics: Metrics;
  readonly clock: Clock;
  /** Gets a line for each request; undefined for none. */
  readonly accessLog?: Logger | undefined;
  /** Paths with a name of their own; all others are counted as one, as callers choose them. */
  readonly routes: ReadonlySet<string>;
}

/** Gives each request its id, counts and times it, and logs it. */
export function observeRequests({ metrics, clock, routes, accessLog }: ObserveOptions): MiddlewareHandler<AppEnv> {
  return async (context, next) => {
    const start = clock();
    const requestId = toRequestId(context.req.header("x-request-id"));
    context.set("requestId", requestId);
    metrics.requestStarted();
    await next();
    context.res.headers.set("x-request-id", requestId);
    const route = routes.has(context.req.path) ? context.req.path : "other";
    const { status } = context.res;
    const ms = clock() - start;
    metrics.requestEnded(route, status, ms);
    if (accessLog !== undefined)
      logRequest(accessLog, {
        requestId,
        method: context.req.method,
        route,
        status,
        ms,
        scored: context.get("scored"),
      });
  };
}
