import { once } from "node:events";
import type { SERVE_OPTIONS } from "../src/config/options.js";
import { loadModel } from "../src/serve/load.js";
import { createMetrics } from "../src/serve/metrics.js";
import type { ServedModel } from "../src/serve/served-model.js";
import { accessRules, tlsFiles } from "./access.js";
import type { CommandContext } from "./command.js";
import { definedOf } from "./defined.js";
import { loadFlavors } from "./flavors.js";
import { openRunnable } from "./open.js";
import { openLog } from "./open-log.js";
import { openServer } from "./open-server.js";
import { formatCount } from "./text.js";

/** `mlserve serve`. */
export async function serveCommand(context: CommandContext<typeof SERVE_OPTIONS>): Promise<void> {
  const { options, io, output } = context;
  const logger = openLog(io, options, output.progress.clear);
  const metrics = createMetrics();
  // What is wrong with them is told before a model is loaded.
  const access = accessRules(options, io);
  const tls = tlsFiles(options, io);
  const known = await loadFlavors(options, io);
  await using model = await openRunnable(context, options, known);
  await using served = await loadModel(model, {
    ...known,
    logger,
    metrics,
    onProgress: output.progress.show,
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
  });
  const stopping = io.interrupts.take();
  await using server = await openServer(context, { served, metrics, logger, access, tls, stopping });
  // Not before: what cannot be served is told in one line.
  for (const warning of model.warnings) logger.warn({ model: model.name }, warning);
  output.progress.end();
  const { name, flavor, loadMs } = served;
  const told = `serving ${name} (${flavor}${placeText(served)}) at ${server.url} — loaded in ${Math.round(loadMs)} ms`;
  const fields = { name, flavor, url: server.url, load_ms: Math.round(loadMs) };
  await output.result(fields, [`mlserve: ${told}`], [server.url]);
  await aborted(stopping);
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
