import type { Logger } from "../core/logger.js";
import { BUILTIN_FLAVORS } from "../flavors/builtin.js";
import { chooseFlavor } from "../flavors/choose.js";
import { loadFlavorSource } from "../flavors/flavor-source.js";
import { loadPredictor } from "../flavors/load-predictor.js";
import { createFlavorRegistry } from "../flavors/registry.js";
import { checkFile } from "../format/checksums.js";
import { hashFile } from "../format/file-bytes.js";
import { MLMODEL_FILE, parseMlmodel } from "../format/mlmodel.js";
import type { Model } from "../format/model.js";
import { createModelFiles } from "../format/model-files.js";
import { pinsOf } from "../format/read-model.js";
import type { Executor } from "../pipeline/executor.js";
import { prepareModel } from "../pipeline/prepare.js";
import type { RunFacts } from "../pipeline/row-joiner.js";
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
    },
  };
}

async function openOrdered({ model: { name, digest, files: found } }: WorkerOrder): Promise<Model> {
  const pins = pinsOf(found);
  // Some are given to the runtime by their paths.
  for (const file of found) if (pins.has(file.name)) checkFile(pins, file.name, (await hashFile(file)).sha256);
  const files = pins.size === 0 ? createModelFiles(found) : createModelFiles(found, pins, true);
  return {
    name,
    digest,
    files,
    descriptor: parseMlmodel(await files.read(MLMODEL_FILE)),
    warnings: [],
    async [Symbol.asyncDispose]() {},
  };
}
