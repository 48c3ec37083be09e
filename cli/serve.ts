import type { SERVE_OPTIONS } from "../src/config/options.js";
import { MlserveError } from "../src/core/errors.js";
import { isPatchedNode, UNPATCHED_NODE } from "../src/core/patched-node.js";
import type { Model } from "../src/format/model.js";
import { PACKED_MODELS } from "../src/images/places.js";
import { type LoadModelOptions, loadModel } from "../src/serve/load.js";
import { createMetrics } from "../src/serve/metrics.js";
import type { ModelRepository } from "../src/serve/repository.js";
import type { ServedModel } from "../src/serve/served-model.js";
import { accessRules, readKeys, tlsFiles } from "./access.js";
import type { CommandContext } from "./command.js";
import { type KnownFlavors, loadFlavors } from "./flavors.js";
import { aborted } from "./io.js";
import { loadOwned } from "./load-owned.js";
import { openRunnable, toPath } from "./open.js";
import { openLog } from "./open-log.js";
import { openServer } from "./open-server.js";
import { packApart } from "./pack-apart.js";
import { toLoadOptions } from "./serve-load-options.js";
import { logPlace, tellServing } from "./tell-serving.js";
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
  if (options.watch && (options.processes ?? 1) > 1) throw watchedProcesses();
  const { logger, requestLog } = openLog(io, options, output.progress.clear);
  const metrics = createMetrics();
  // What is wrong with them is told before a model is loaded.
  const keys = readKeys(options, io);
  const access = accessRules(options, keys);
  const tls = tlsFiles(options, io);
  const bodyMemoryBytes = bodyMemory(options);
  const known = await loadFlavors(options, io);
  const opened = options.watch ? undefined : await openOnce(context, known);
  if (opened !== undefined && options.processes !== 1) {
    const { countProcesses, serveProcesses } = await import("./processes/serve-processes.js");
    const count = await countProcesses(options, opened, known);
    if (count > 1) return await serveProcesses(context, { model: opened, count, keys, bodyMemoryBytes, logger });
  }
  const load: Load = (model, more) =>
    loadModel(model, { ...known, logger, metrics, ...toLoadOptions(options), ...more });
  await using held = await (opened === undefined ? holdWatched(context, load) : holdOnce(context, opened, load));
  const { models, warnings } = held;
  const stopping = io.interrupts.take();
  const parts = { models, metrics, logger, requestLog, access, tls, bodyMemoryBytes, stopping };
  await using server = await openServer(context, parts);
  // Not before: what cannot be served is told in one line.
  for (const warning of warnings) logger.warn({ model: models.current.name }, warning);
  if (!isPatchedNode(process.versions.node)) logger.warn({ node: process.versions.node }, UNPATCHED_NODE);
  if (!options.quiet) logPlace(models.current, logger);
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

function watchedProcesses(): MlserveError {
  return new MlserveError("usage", "a model that is watched is served by one process", {
    where: "--watch, --processes",
    hint: "Leave one of them out",
  });
}

function openOnce(context: ServeContext, known: KnownFlavors): Promise<Model> {
  const { options, io } = context;
  const packSource = packApart(options, io);
  // What lies in an image stays as it is, and where a container's files are memory, a copy would take as much again.
  const privateCopy = !toPath(context.argument, io).startsWith(PACKED_MODELS);
  return openRunnable(context, options, known, { packSource, privateCopy });
}

async function holdOnce({ output }: ServeContext, model: Model, load: Load): Promise<Held> {
  const current = await loadOwned(model, () => load(model, { onProgress: output.progress.show }));
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
