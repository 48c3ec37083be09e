import type { Logger } from "../core/logger.js";
import { BUILTIN_FLAVORS } from "../flavors/builtin.js";
import { chooseFlavor } from "../flavors/choose.js";
import type { Predictor } from "../flavors/flavor.js";
import { loadFlavorSource } from "../flavors/flavor-source.js";
import { loadPredictor } from "../flavors/load-predictor.js";
import { createFlavorRegistry } from "../flavors/registry.js";
import { MLMODEL_FILE, parseMlmodel } from "../format/mlmodel.js";
import type { Model } from "../format/model.js";
import { createModelFiles } from "../format/model-files.js";
import type { Executor } from "../pipeline/executor.js";
import { createPipeline } from "../pipeline/pipeline.js";
import { runSelfTest } from "../pipeline/self-test.js";
import { warmUp } from "../pipeline/warm-up.js";
import type { WorkerOrder, WorkerReady } from "./protocol.js";

export interface LoadedOrder {
  readonly executor: Executor;
  readonly ready: WorkerReady;
}

/**
 * Loads what the server has opened and checked, and warms it up. The files are the server's: nothing is removed here.
 *
 * Throws what loading in the server's own process would.
 */
export async function loadOrder(order: WorkerOrder, logger: Logger): Promise<LoadedOrder> {
  const model = await openOrdered(order);
  const flavor = await loadFlavorSource(order.flavor);
  const others = await Promise.all(order.others.map(loadFlavorSource));
  const builtIn = BUILTIN_FLAVORS.filter(({ name }) => name !== flavor.name);
  const flavors = createFlavorRegistry([flavor, ...others, ...builtIn]);
  const chosen = chooseFlavor(model.descriptor, flavors);
  const predictor = await loadPredictor(chosen, model, {
    logger,
    defaultThreads: order.defaultThreads,
    ...(order.threads === undefined ? {} : { threads: order.threads }),
  });
  try {
    return await prepare(model, predictor, order, logger);
  } catch (error) {
    await predictor[Symbol.asyncDispose]();
    throw error;
  }
}

async function prepare(model: Model, predictor: Predictor, order: WorkerOrder, logger: Logger): Promise<LoadedOrder> {
  const { coercion, numbers } = order;
  const executor = createPipeline({ signature: model.descriptor.signature, predictor, coercion, numbers, logger });
  if (order.selfTest) await runSelfTest(model, predictor);
  const { fault } = await warmUp(model, executor);
  return {
    executor,
    ready: {
      runtime: predictor.runtime,
      concurrency: predictor.concurrency ?? 1,
      ...(fault === undefined ? {} : { exampleFault: fault.message }),
    },
  };
}

async function openOrdered({ model: { name, digest, files: found } }: WorkerOrder): Promise<Model> {
  const files = createModelFiles(found);
  return {
    name,
    digest,
    files,
    descriptor: parseMlmodel(await files.read(MLMODEL_FILE)),
    warnings: [],
    async [Symbol.asyncDispose]() {},
  };
}
