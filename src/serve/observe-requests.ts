import type { MiddlewareHandler } from "hono";
import type { Clock } from "../core/clock.js";
import { toRequestId } from "../http/request-id.js";
import type { RequestLog, RequestRecord } from "./access-log.js";
import type { AppEnv } from "./app.js";
import type { Metrics } from "./metrics.js";

export interface ObserverOptions {
  readonly metrics: Metrics;
  readonly clock: Clock;
  /** Told of each request; undefined for nobody. */
  readonly accessLog?: RequestLog | undefined;
}

/** A request that has begun. */
export interface ObservedRequest {
  readonly requestId: string;
  readonly start: number;
}

/** Gives each request its id, counts and times it, and logs it. */
export interface Observer {
  /** `requestId`: what the caller calls the request. */
  begin(requestId: string | readonly string[] | undefined): ObservedRequest;
  end(observed: ObservedRequest, answer: Omit<RequestRecord, "requestId" | "ms">): void;
}

export function createObserver({ metrics, clock, accessLog }: ObserverOptions): Observer {
  return {
    begin(given) {
      const start = clock();
      metrics.requestStarted();
      return { requestId: toRequestId(typeof given === "string" ? given : undefined), start };
    },
    end({ requestId, start }, { method, route, status, scored }) {
      const ms = clock() - start;
      metrics.requestEnded(route, status, ms);
      accessLog?.({ requestId, method, route, status, ms, scored });
    },
  };
}

/** Observes what the app answers. `routes`: paths with a name of their own; all others are one, as callers choose them. */
export function observeRequests(observer: Observer, routes: ReadonlySet<string>): MiddlewareHandler<AppEnv> {
  return async (context, next) => {
    const observed = observer.begin(context.req.header("x-request-id"));
    context.set("requestId", observed.requestId);
    await next();
    context.res.headers.set("x-request-id", observed.requestId);
    // Whatever an answer holds, a browser must not make something else of it than its media type says.
    context.res.headers.set("x-content-type-options", "nosniff");
    const { method, path } = context.req;
    const route = routes.has(path) ? path : "other";
    observer.end(observed, { method, route, status: context.res.status, scored: context.get("scored") });
  };
}
