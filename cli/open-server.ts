import type { SERVE_OPTIONS } from "../src/config/options.js";
import { readVersion } from "../src/core/installed-version.js";
import type { Logger } from "../src/core/logger.js";
import type { AccessRules } from "../src/serve/access/guard.js";
import type { TlsFiles } from "../src/serve/access/tls.js";
import type { RequestLog } from "../src/serve/access-log.js";
import { createApp } from "../src/serve/app.js";
import type { AcceptedConnections } from "../src/serve/connection/accepted.js";
import type { ConnectionLimits } from "../src/serve/connection/limits.js";
import type { Metrics } from "../src/serve/metrics.js";
import { createMetricsApp } from "../src/serve/metrics-app.js";
import type { ModelRepository } from "../src/serve/repository.js";
import { startServer } from "../src/serve/server.js";
import type { CommandContext } from "./command.js";
import { definedOf } from "./defined.js";

type ServeContext = CommandContext<typeof SERVE_OPTIONS>;
type ServeOptions = ServeContext["options"];

export interface ServerParts {
  readonly models: ModelRepository;
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly requestLog: RequestLog;
  readonly access: AccessRules;
  readonly tls: TlsFiles | undefined;
  readonly bodyMemoryBytes: number | undefined;
  /** Aborted when the server is about to close. */
  readonly stopping: AbortSignal;
  /** Connections that the first of several processes accepts; without them, this one listens. */
  readonly accepted?: AcceptedConnections;
}

/** Listens by the options of `mlserve serve`; disposing of it finishes what has begun. */
export async function openServer(
  { options }: Pick<ServeContext, "options">,
  { models, metrics, logger, requestLog, access, tls, bodyMemoryBytes, stopping, accepted }: ServerParts,
): Promise<AsyncDisposable & { readonly url: string }> {
  const app = createApp(models, {
    stopping,
    access,
    metricsRoute: options.metricsPort === undefined,
    logger,
    accessLog: options.accessLog && !options.quiet && requestLog,
    metrics,
    maxBodyBytes: options.maxBody,
    ...definedOf({ bodyMemoryBytes }),
    timeoutMs: options.timeout,
    serverTiming: options.serverTiming,
    version: readVersion(),
  });
  const server = await startServer({
    app,
    host: options.host,
    port: options.port,
    logger,
    limits: connectionLimits(options),
    stopping,
    ...definedOf({ tls, accepted }),
    drainDelayMs: options.drainDelay,
    graceMs: options.shutdownGrace,
    onConnectionDropped: () => metrics.connectionDropped(),
  });
  // Of several processes, the first serves what all of them have counted.
  if (accepted !== undefined) return { url: server.url, [Symbol.asyncDispose]: () => server.close() };
  const metricsServer = await serveMetrics(options, metrics, logger).catch(async (error) => {
    await server.close();
    throw error;
  });
  return {
    url: server.url,
    async [Symbol.asyncDispose]() {
      await server.close();
      await metricsServer?.[Symbol.asyncDispose]();
    },
  };
}

/** A server of its own for the metrics, where they have a port of their own; it ends last. */
export async function serveMetrics(
  { metricsPort: port, host }: ServeOptions,
  metrics: Pick<Metrics, "contentType" | "text">,
  logger: Logger,
): Promise<AsyncDisposable | undefined> {
  if (port === undefined) return undefined;
  const server = await startServer({ app: createMetricsApp(metrics), host, port, logger, graceMs: 1000 });
  logger.info({ url: `${server.url}/metrics` }, "serving metrics");
  return { [Symbol.asyncDispose]: () => server.close() };
}

function connectionLimits(options: ServeOptions): Partial<ConnectionLimits> {
  return {
    headerBytes: options.maxHeaderSize,
    headers: options.maxHeaders,
    urlLength: options.maxUrl,
    headersMs: options.headersTimeout,
    receiveMs: options.receiveTimeout,
    sendMs: options.sendTimeout,
    keepAliveMs: options.keepAliveTimeout,
    ...definedOf({ connections: options.maxConnections }),
  };
}
