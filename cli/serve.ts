import { once } from "node:events";
import type { SERVE_OPTIONS } from "../src/config/options.js";
import { readVersion } from "../src/core/installed-version.js";
import type { Logger } from "../src/core/logger.js";
import type { Model } from "../src/format/model.js";
import { createApp } from "../src/serve/app.js";
import { loadModel } from "../src/serve/load.js";
import { createMetrics } from "../src/serve/metrics.js";
import type { ModelRepository } from "../src/serve/repository.js";
import type { ServedModel } from "../src/serve/served-model.js";
import { type RunningServer, startServer } from "../src/serve/server.js";
import type { CommandContext } from "./command.js";
import { definedOf } from "./defined.js";
import { type KnownFlavors, loadFlavors } from "./flavors.js";
import { loadOwned } from "./load-owned.js";
import { openRunnable, toPath } from "./open.js";
import { openLog } from "./open-log.js";
import { formatCount, printable } from "./text.js";

type ServeContext = CommandContext<typeof SERVE_OPTIONS>;
type Load = (model: Model, signal?: AbortSignal) => Promise<ServedModel>;

/** What is served: one model for good, or the last good version of its files. */
interface Held extends AsyncDisposable {
  readonly models: ModelRepository & { readonly current: ServedModel };
  /** What a person should know of it. */
  readonly warnings: readonly string[];
  /** Whatever has to go on beside the server, until the signal is aborted. */
  keepCurrent(signal: AbortSignal): Promise<void>;
}

/** `mlserve serve`. */
export async function serveCommand(context: ServeContext): Promise<void> {
  const { options, io } = context;
  const logger = openLog(io, options);
  const metrics = createMetrics();
  const known = await loadFlavors(options, io);
  const load: Load = (model, signal) =>
    loadModel(model, { ...known, logger, metrics, ...toLoadOptions(options), ...definedOf({ signal }) });
  await using held = await (options.watch ? holdWatched(context, load) : holdOnce(context, known, load));
  const app = createApp(held.models, {
    logger,
    accessLog: options.accessLog && !options.quiet,
    metrics,
    maxBodyBytes: options.maxBody,
    timeoutMs: options.timeout,
    version: readVersion(),
  });
  const { host, port, shutdownGrace: graceMs } = options;
  const server = await startServer({ app, host, port, logger, graceMs });
  await serveUntilStopped(held, server, context, logger);
}

function toLoadOptions(options: ServeContext["options"]) {
  return {
    coercion: options.coercion,
    nonFinite: options.nonfinite,
    float32: options.float32,
    selfTest: options.selfTest,
    isolation: options.isolation,
    loadTimeoutMs: options.loadTimeout,
    ...definedOf({
      threads: options.threads,
      workers: options.workers,
      workerMemoryBytes: options.workerMemory,
    }),
  };
}

async function holdOnce(context: ServeContext, known: KnownFlavors, load: Load): Promise<Held> {
  const model = await openRunnable(context, context.options, known);
  const current = await loadOwned(model, () => load(model));
  return {
    models: { current },
    warnings: model.warnings,
    async keepCurrent() {},
    [Symbol.asyncDispose]: () => current[Symbol.asyncDispose](),
  };
}

async function holdWatched(context: ServeContext, load: Load): Promise<Held> {
  const { argument, options, io, output, temporaryFolder } = context;
  const { openWatched } = await import("./watch/watched-model.js");
  const { tellReloads } = await import("./watch/tell-reloads.js");
  const source = {
    path: toPath(argument, io),
    temporaryFolder: temporaryFolder(),
    flavor: options.flavor ?? [],
    useFlavor: options.useFlavor,
    requireChecksums: options.requireChecksums,
    timeoutMs: options.loadTimeout,
    load,
  };
  const watched = await openWatched(source, tellReloads(output, io));
  return {
    models: watched.models,
    warnings: [],
    keepCurrent: (signal) => watched.keepCurrent(signal),
    [Symbol.asyncDispose]: () => watched[Symbol.asyncDispose](),
  };
}

async function serveUntilStopped(
  { models, warnings, keepCurrent }: Held,
  server: RunningServer,
  { argument, options, io, output }: ServeContext,
  logger: Logger,
): Promise<void> {
  const { current } = models;
  // Not before: what cannot be served is told in one line.
  for (const warning of warnings) logger.warn({ model: current.name }, warning);
  const stop = io.interrupts.take();
  const { name, flavor, loadMs } = current;
  const told = `serving ${name} (${flavor}${placeText(current)}) at ${server.url} — loaded in ${Math.round(loadMs)} ms`;
  const watching = options.watch ? [`mlserve: watching ${printable(argument)}, Ctrl-C to stop`] : [];
  const fields = { name, flavor, url: server.url, load_ms: Math.round(loadMs) };
  await output.result(fields, [`mlserve: ${told}`, ...watching], [server.url]);
  const kept = keepCurrent(stop);
  await aborted(stop);
  await Promise.all([server.close(), kept]);
}

/** `, 1 worker, 2 threads`; nothing for a model in the server's own process. */
function placeText({ workers, runtime }: ServedModel): string {
  const counts = [
    ...(workers === 0 ? [] : [formatCount(workers, "worker")]),
    ...(workers === 0 || typeof runtime.threads !== "number" ? [] : [formatCount(runtime.threads, "thread")]),
  ];
  return counts.map((count) => `, ${count}`).join("");
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, "abort");
}
