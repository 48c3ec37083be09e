import { once } from "node:events";
import type { SERVE_OPTIONS } from "../src/config/options.js";
import { MlserveError } from "../src/core/errors.js";
import type { Logger } from "../src/core/logger.js";
import { isPatchedNode, UNPATCHED_NODE } from "../src/core/patched-node.js";
import type { Model } from "../src/format/model.js";
import { type LoadModelOptions, loadModel } from "../src/serve/load.js";
import { createMetrics } from "../src/serve/metrics.js";
import type { ModelRepository } from "../src/serve/repository.js";
import type { ServedModel } from "../src/serve/served-model.js";
import { accessRules, tlsFiles } from "./access.js";
import type { CommandContext } from "./command.js";
import { definedOf } from "./defined.js";
import { type KnownFlavors, loadFlavors } from "./flavors.js";
import { loadOwned } from "./load-owned.js";
import { openRunnable, toPath } from "./open.js";
import { openLog } from "./open-log.js";
import { openServer } from "./open-server.js";
import { packApart } from "./pack-apart.js";
import { formatCount, printable } from "./text.js";
import { modelChecks } from "./trust.js";

type ServeContext = CommandContext<typeof SERVE_OPTIONS>;
type Load = (model: Model, more: Pick<LoadModelOptions, "signal" | "onProgress">) => Promise<ServedModel>;

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
  const { options, io, output } = context;
  const { logger, requestLog } = openLog(io, options, output.progress.clear);
  const metrics = createMetrics();
  // What is wrong with them is told before a model is loaded.
  const access = accessRules(options, io);
  const tls = tlsFiles(options, io);
  const bodyMemoryBytes = bodyMemory(options);
  const known = await loadFlavors(options, io);
  const load: Load = (model, more) =>
    loadModel(model, { ...known, logger, metrics, ...toLoadOptions(options), ...more });
  await using held = await (options.watch ? holdWatched(context, load) : holdOnce(context, known, load));
  const { models, warnings } = held;
  const stopping = io.interrupts.take();
  const parts = { models, metrics, logger, requestLog, access, tls, bodyMemoryBytes, stopping };
  await using server = await openServer(context, parts);
  // Not before: what cannot be served is told in one line.
  for (const warning of warnings) logger.warn({ model: models.current.name }, warning);
  if (!isPatchedNode(process.versions.node)) logger.warn({ node: process.versions.node }, UNPATCHED_NODE);
  if (!options.quiet) logJoining(models.current, logger);
  output.progress.end();
  await tellServing(models.current, server.url, context);
  const kept = held.keepCurrent(stopping);
  await aborted(stopping);
  await kept;
}

/** With room for one body alone, others would wait for it although they are short. */
function bodyMemory({ bodyMemory: bytes, maxBody }: ServeContext["options"]): number | undefined {
  if (bytes === undefined || bytes >= 2 * maxBody) return bytes;
  throw new MlserveError("usage", "expected at least twice as much as --max-body", { where: "--body-memory" });
}

function toLoadOptions(options: ServeContext["options"]) {
  return {
    coercion: options.coercion,
    nonFinite: options.nonfinite,
    float32: options.float32,
    selfTest: options.selfTest,
    isolation: options.isolation,
    loadTimeoutMs: options.loadTimeout,
    limits: {
      maxRows: options.maxRows,
      maxColumns: options.maxColumns,
      maxDepth: options.maxDepth,
      maxElements: options.maxElements,
      maxStringBytes: options.maxString,
      maxValueBytes: options.maxValues,
    },
    queue: {
      requests: options.maxQueue,
      rows: options.maxQueueRows,
      waitMs: options.maxQueueTime ?? ("auto" as const),
    },
    offloadAboveBytes: options.offloadAbove ?? ("auto" as const),
    joining: { isWanted: options.batching, maxRows: options.maxBatchRows, waitMs: options.batchWaitMs },
    ...definedOf({
      threads: options.threads,
      workers: options.workers,
      workerMemoryBytes: options.workerMemory,
    }),
  };
}

async function holdOnce(context: ServeContext, known: KnownFlavors, load: Load): Promise<Held> {
  const { options, io } = context;
  const packSource = packApart(options, io);
  const model = await openRunnable(context, options, known, { packSource, privateCopy: true });
  const current = await loadOwned(model, () => load(model, { onProgress: context.output.progress.show }));
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
    checks: modelChecks(options, io),
    timeoutMs: options.loadTimeout,
    load: (model: Model, signal: AbortSignal) => load(model, { signal }),
  };
  const watched = await openWatched(source, tellReloads(output, io));
  return {
    models: watched.models,
    warnings: [],
    keepCurrent: (signal) => watched.keepCurrent(signal),
    [Symbol.asyncDispose]: () => watched[Symbol.asyncDispose](),
  };
}

function tellServing(current: ServedModel, url: string, { argument, options, output }: ServeContext): Promise<void> {
  const { name, flavor, loadMs } = current;
  const told = `serving ${name} (${flavor}${placeText(current)}) at ${url} — loaded in ${Math.round(loadMs)} ms`;
  const watching = options.watch ? [`mlserve: watching ${printable(argument)}, Ctrl-C to stop`] : [];
  const fields = { name, flavor, url, load_ms: Math.round(loadMs) };
  return output.result(fields, [`mlserve: ${told}`, ...watching], [url]);
}

/** `, 1 worker, 2 threads`; nothing for a model in the server's own process. */
function placeText({ workers, runtime }: ServedModel): string {
  const counts = [
    ...(workers === 0 ? [] : [formatCount(workers, "worker")]),
    ...(workers === 0 || typeof runtime.threads !== "number" ? [] : [formatCount(runtime.threads, "thread")]),
  ];
  return counts.map((count) => `, ${count}`).join("");
}

function logJoining({ name, joining }: ServedModel, logger: Logger): void {
  if (joining.kind === "on")
    logger.info({ model: name, maxRows: joining.maxRows }, "rows of requests that come together share runs");
  else logger.info({ model: name, reason: joining.reason }, "every request has a run of its own");
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, "abort");
}
