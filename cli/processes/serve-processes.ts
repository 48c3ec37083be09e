import { setTimeout as delay } from "node:timers/promises";
import type { SERVE_OPTIONS } from "../../src/config/options.js";
import type { Logger } from "../../src/core/logger.js";
import { isPatchedNode, UNPATCHED_NODE } from "../../src/core/patched-node.js";
import { chooseFlavor } from "../../src/flavors/choose.js";
import type { Model } from "../../src/format/model.js";
import { toSharedModel } from "../../src/format/shared-model.js";
import { defaultBodyMemory } from "../../src/http/body-budget.js";
import { ServerProcesses } from "../../src/processes/server-processes.js";
import type { ApiKey } from "../../src/serve/access/api-keys.js";
import { RateLimiter } from "../../src/serve/access/rate-limiter.js";
import { placeModel } from "../../src/serve/placement.js";
import { serverUrl } from "../../src/serve/server.js";
import { grantedCores } from "../../src/workers/cores.js";
import type { CommandContext } from "../command.js";
import type { KnownFlavors } from "../flavors.js";
import { aborted } from "../io.js";
import { serveMetrics } from "../open-server.js";
import { logPlace, type ServedFacts, tellServing } from "../tell-serving.js";
import type { ServingOrder } from "./serve-order.js";
import { SERVING_ENTRY } from "./serving-entry.js";

type ServeContext = CommandContext<typeof SERVE_OPTIONS>;

/** What this process has opened and read for all. */
export interface OpenedParts {
  readonly model: Model;
  readonly count: number;
  readonly keys: readonly ApiKey[];
  /** Bytes of bodies that all processes together may hold at once; undefined for what the machine has. */
  readonly bodyMemoryBytes: number | undefined;
  readonly logger: Logger;
}

/** How many processes serve. `auto` is one for each core where the model runs in them: what has workers uses the cores so. */
export async function countProcesses(
  { processes, isolation }: ServeContext["options"],
  model: Model,
  known: KnownFlavors,
): Promise<number> {
  if (processes !== undefined) return processes;
  const cores = grantedCores();
  if (cores === 1) return 1;
  const chosen = chooseFlavor(model.descriptor, known.flavors, known);
  const { kind } = await placeModel(model, chosen, { isolation, cores });
  return kind === "inline" ? cores : 1;
}

/** `mlserve serve` with several processes: this one listens for them, and answers nothing itself. */
export async function serveProcesses(context: ServeContext, parts: OpenedParts): Promise<void> {
  const { options, io, output } = context;
  const { count, logger } = parts;
  await using model = parts.model;
  output.progress.show({ work: "load" });
  const start = performance.now();
  await using processes = startProcesses(context, parts);
  io.atExit(() => processes.kill());
  const facts = (await processes.ready) as readonly ServedFacts[];
  const loadMs = performance.now() - start;
  const stopping = io.interrupts.take();
  const port = await processes.open(options.host, options.port);
  await using _metrics = await serveMetrics(options, processes.metrics, logger);
  const [first] = facts;
  if (first === undefined) throw new Error("processes of which none is ready");
  for (const warning of model.warnings) logger.warn({ model: model.name }, warning);
  if (!isPatchedNode(process.versions.node)) logger.warn({ node: process.versions.node }, UNPATCHED_NODE);
  if (!options.quiet) logPlace(first, logger);
  output.progress.end();
  await tellServing({ ...first, loadMs }, serverUrl(options.host, port, options.tlsCert !== undefined), context, count);
  await Promise.race([aborted(stopping), processes.failed]);
  processes.drain();
  await delay(options.drainDelay);
  await processes.finish(options.shutdownGrace);
}

function startProcesses({ options, io, output }: ServeContext, parts: OpenedParts) {
  const { model, count, keys, bodyMemoryBytes = defaultBodyMemory(options.maxBody), logger } = parts;
  const limiter = options.rateLimit === undefined ? undefined : new RateLimiter(options.rateLimit);
  const order: ServingOrder = {
    options: { ...options, ...shareOf(options, count) },
    model: toSharedModel(model),
    keys,
    // One body has to have room beside another.
    bodyMemoryBytes: Math.max(2 * options.maxBody, Math.floor(bodyMemoryBytes / count)),
    cwd: io.cwd,
    cores: Math.max(1, Math.floor(grantedCores() / count)),
    isTerminal: io.stderr.isTTY === true,
  };
  return new ServerProcesses({
    program: SERVING_ENTRY,
    count,
    order,
    logger,
    take: (caller) => limiter?.take(caller) ?? 0,
    onLines(lines) {
      output.progress.clear();
      io.stderr.write(lines);
    },
  });
}

/** Connections are given out in turns, so that each process gets its part of them. */
function shareOf({ maxConnections }: ServeContext["options"], count: number) {
  return maxConnections === undefined ? {} : { maxConnections: Math.ceil(maxConnections / count) };
}
