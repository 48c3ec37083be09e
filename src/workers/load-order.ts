import type { Logger } from "../core/logger.js";
import { BUILTIN_FLAVORS } from "../flavors/builtin.js";
import { type ChosenFlavor, chooseFlavor } from "../flavors/choose.js";
import type { Predictor } from "../flavors/flavor.js";
import { loadFlavorSource } from "../flavors/flavor-source.js";
import { loadPredictor } from "../flavors/load-predictor.js";
import { createFlavorRegistry } from "../flavors/registry.js";
import type { Model } from "../format/model.js";
import { openSharedModel } from "../format/shared-model.js";
import { chooseThreads, type ThreadChoice } from "../pipeline/choose-threads.js";
import type { Executor } from "../pipeline/executor.js";
import { prepareModel } from "../pipeline/prepare.js";
import type { RunFacts } from "../pipeline/row-joiner.js";
import { trialBatch } from "../pipeline/trial-batch.js";
import type { WorkerOrder, WorkerReady } from "./protocol.js";

export interface LoadedOrder {
  readonly executor: Executor;
  readonly ready: WorkerReady;
}

/**
 * Loads what the server has opened and checked, and warms it up. The files are the server's: nothing is removed here.
 *
 * `onRun` is told of every run of a model whose rows are joined. Throws what loading in the server's own process would.
 */
export async function loadOrder(
  order: WorkerOrder,
  logger: Logger,
  onRun: (run: RunFacts) => void,
): Promise<LoadedOrder> {
  const model = await openSharedModel(order.model);
  const flavor = await loadFlavorSource(order.flavor);
  const others = await Promise.all(order.others.map(loadFlavorSource));
  const builtIn = BUILTIN_FLAVORS.filter(({ name }) => name !== flavor.name);
  const flavors = createFlavorRegistry([flavor, ...others, ...builtIn]);
  const chosen = chooseFlavor(model.descriptor, flavors);
  const { predictor, choice } = await loadWithThreads(chosen, model, order, logger);
  const { coercion, limits, numbers, selfTest } = order;
  // The server has gathered what may be run together before it handed it out.
  const joining = { ...order.joining, waitMs: 0 };
  const preparing = { coercion, limits, numbers, selfTest, joining, logger, onRun };
  const prepared = await prepareModel(model, predictor, preparing);
  const { executor, fault } = prepared;
  return {
    executor,
    ready: {
      runtime: predictor.runtime,
      concurrency: predictor.concurrency ?? 1,
      joining: prepared.joining,
      ...(fault === undefined ? {} : { exampleFault: fault.message }),
      ...(choice === undefined ? {} : { threads: choice }),
    },
  };
}

async function loadWithThreads(
  chosen: ChosenFlavor,
  model: Model,
  { threads, defaultThreads, triesThreads }: WorkerOrder,
  logger: Logger,
): Promise<{ readonly predictor: Predictor; readonly choice?: ThreadChoice }> {
  const load = (count: number): Promise<Predictor> =>
    loadPredictor(chosen, model, {
      logger,
      defaultThreads: count,
      ...(threads === undefined ? {} : { threads }),
    });
  if (!triesThreads) return { predictor: await load(defaultThreads) };
  return await chooseThreads({
    load,
    batch: (predictor) => trialBatch(model, predictor),
    most: defaultThreads,
    bytes: model.files.names.reduce((sum, name) => sum + model.files.size(name), 0),
    elapsedMs: () => performance.now(),
  });
}
