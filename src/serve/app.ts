import { Hono } from "hono";
import { type Clock, monotonicClock } from "../core/clock.js";
import { MlserveError } from "../core/errors.js";
import { type Logger, silentLogger } from "../core/logger.js";
import { BodyBudget, defaultBodyMemory } from "../http/body-budget.js";
import { problemAnswer, problemResponse, toResponse } from "../http/problem.js";
import type { NodeExchange } from "../http/request-body.js";
import { type AccessRules, guards } from "./access/guard.js";
import { logRequest, type RequestLog, type Scored } from "./access-log.js";
import type { Metrics } from "./metrics.js";
import { createObserver, observeRequests } from "./observe-requests.js";
import type { ModelRepository } from "./repository.js";
import { createDirectInvocations, type DirectRoute } from "./routes/direct-invocations.js";
import { liveRoute, readyRoute } from "./routes/health.js";
import { INVOCATIONS, invocationsRoute } from "./routes/invocations.js";
import { metricsRoute } from "./routes/metrics.js";
import { versionRoute } from "./routes/version.js";

/** How an application answers. */
export interface AppOptions {
  /** Counts and times requests; `/metrics` answers with them. */
  readonly metrics: Metrics;
  /** Gets failures of status 500, and a line for each request where `accessLog` says so. Default: nothing is logged. */
  readonly logger?: Logger;
  /** Log a line for each request; a function is told of each instead of the logger. Default false. */
  readonly accessLog?: boolean | RequestLog;
  /** Bytes of a request's body. Default 32 MiB. */
  readonly maxBodyBytes?: number;
  /** Bytes of bodies that are held at once, over all requests. Default: an eighth of the memory, up to 768 MiB. */
  readonly bodyMemoryBytes?: number;
  /** Milliseconds that an answer may take; 0 for any time. Default 60 s, as MLflow has it. */
  readonly timeoutMs?: number;
  /** Aborted when the server is about to close: its health says so from then on, while it still answers. */
  readonly stopping?: AbortSignal;
  /** Tell clients in the header `Server-Timing` what decoding, waiting, predicting and encoding took. Default false. */
  readonly serverTiming?: boolean;
  /** Who may ask. Default: everybody. */
  readonly access?: AccessRules;
  /** Answer `/metrics`. Default true. */
  readonly metricsRoute?: boolean;
  /** What `/version` answers. */
  readonly version?: string;
  /** For tests. Default: the monotonic clock of Node. */
  readonly clock?: Clock;
}

/** What @hono/node-server hands through; absent where a test calls `app.request()`. */
export interface AppEnv {
  Bindings: NodeExchange;
  Variables: { requestId: string; scored?: Scored };
}

const DEFAULT_MAX_BODY_BYTES = 32 * 1024 * 1024;
const DEFAULT_TIMEOUT_MS = 60_000;

/** The application, and what it does without Hono's objects when `startServer` serves it. */
export type App = Hono<AppEnv> & { readonly direct?: DirectRoute };

/**
 * The HTTP application: MLflow's scoring routes over the models of a repository.
 *
 * It opens no port; serve it with `startServer`, or ask it in a test with `app.request()`. Every failure is an answer in
 * JSON, made from the error table.
 */
export function createApp(models: ModelRepository, options: AppOptions): App {
  const {
    metrics,
    logger = silentLogger,
    accessLog = false,
    maxBodyBytes = DEFAULT_MAX_BODY_BYTES,
    timeoutMs = DEFAULT_TIMEOUT_MS,
    serverTiming = false,
    version = "unknown",
    stopping,
    access = {},
    clock = monotonicClock,
  } = options;
  const app = new Hono<AppEnv>();
  const get = {
    "/ping": readyRoute(models, stopping),
    "/health": readyRoute(models, stopping),
    "/health/ready": readyRoute(models, stopping),
    "/health/live": liveRoute(models),
    "/version": versionRoute(version),
    ...(options.metricsRoute === false ? {} : { "/metrics": metricsRoute(metrics) }),
  };
  const budget = new BodyBudget({ maxBodyBytes, bytes: options.bodyMemoryBytes ?? defaultBodyMemory(maxBodyBytes) });
  const scoring = { metrics, bodies: { maxBytes: maxBodyBytes, budget }, timeoutMs, serverTiming };
  const post = { [INVOCATIONS]: invocationsRoute(models, scoring) };
  const observer = createObserver({ metrics, clock, accessLog: toRequestLog(accessLog, logger) });

  const routes = new Set([...Object.keys(get), ...Object.keys(post)]);
  const guarding = guards(access);
  app.use(observeRequests(observer, routes));
  for (const guard of guarding) app.use(guard);
  for (const [path, handler] of Object.entries(get)) app.get(path, handler).all(path, refuseMethod("GET"));
  for (const [path, handler] of Object.entries(post)) app.post(path, handler).all(path, refuseMethod("POST"));

  app.notFound(() =>
    problemResponse(
      new MlserveError("not_found", "no such route", { hint: "Requests for predictions go to POST /invocations" }),
    ),
  );
  app.onError((error, context) => {
    const answer = problemAnswer(error);
    if (answer.isFault) logger.error({ err: error, requestId: context.get("requestId") }, "a request failed");
    return toResponse(answer);
  });
  // Guards are middlewares, which the lane would go past.
  if (guarding.length > 0) return app;
  return Object.assign(app, { direct: createDirectInvocations(models, { ...scoring, observer, logger }) });
}

function toRequestLog(accessLog: boolean | RequestLog, logger: Logger): RequestLog | undefined {
  if (typeof accessLog === "function") return accessLog;
  return accessLog ? (record) => logRequest(logger, record) : undefined;
}

function refuseMethod(allowed: string): () => Response {
  return () => problemResponse(new MlserveError("method_not_allowed", `expected ${allowed}`), { allow: allowed });
}
