import type { OptionValues } from "../../src/config/option.js";
import type { SERVE_OPTIONS } from "../../src/config/options.js";
import { openSharedModel, type SharedModel } from "../../src/format/shared-model.js";
import type { FirstProcess } from "../../src/processes/first-process.js";
import type { ApiKey } from "../../src/serve/access/api-keys.js";
import { loadModel } from "../../src/serve/load.js";
import { createMetrics } from "../../src/serve/metrics.js";
import { accessRules, tlsFiles } from "../access.js";
import { loadFlavors } from "../flavors.js";
import type { Io } from "../io.js";
import { openLog } from "../open-log.js";
import { openServer } from "../open-server.js";
import { toLoadOptions } from "../serve-load-options.js";
import type { ServedFacts } from "../tell-serving.js";

/** What each of several processes is to serve, as the first has read it. */
export interface ServingOrder {
  readonly options: OptionValues<typeof SERVE_OPTIONS>;
  readonly model: SharedModel;
  readonly keys: readonly ApiKey[];
  /** Bytes of bodies that this process may hold at once. */
  readonly bodyMemoryBytes: number;
  readonly cwd: string;
  /** Processors that this process may keep busy. */
  readonly cores: number;
  /** Does a person read the log on a terminal? */
  readonly isTerminal: boolean;
}

export interface ServingIo extends Pick<Io, "stderr" | "environment" | "atExit"> {
  readonly pid: number;
}

/** Serves until the first process says that it is enough. Throws what `mlserve serve` would throw. */
export async function serveOrder(order: ServingOrder, first: FirstProcess, io: ServingIo): Promise<void> {
  const { options, keys, cores, isTerminal } = order;
  const stderr = Object.assign(io.stderr, { isTTY: isTerminal });
  const { logger, requestLog } = openLog({ ...io, stderr }, options, () => {}, { process: io.pid });
  const counted = createMetrics();
  const known = await loadFlavors(options, order);
  const model = await openSharedModel(order.model);
  const loading = { ...known, logger, metrics: counted, ...toLoadOptions(options), cores };
  await using current = await loadModel(model, loading);
  first.tellCounts(counted.snapshot);
  await using _server = await openServer(
    { options: { ...options, drainDelay: 0 } },
    {
      models: { current },
      metrics: { ...counted, text: () => first.sum() },
      logger,
      requestLog,
      bodyMemoryBytes: order.bodyMemoryBytes,
      access: accessRules(options, keys, first.limiter),
      tls: tlsFiles(options, order),
      stopping: first.draining,
      accepted: first,
    },
  );
  const { name, flavor, loadMs, workers, runtime, threads, joining } = current;
  const facts: ServedFacts = { name, flavor, loadMs, workers, runtime, joining, ...(threads && { threads }) };
  first.tellReady(facts);
  await first.finishing;
}
