import type { CoercionName } from "../codec/decode/coercion.js";
import type { NonFinite } from "../codec/encode/non-finite.js";
import { type Clock, monotonicClock } from "../core/clock.js";
import { type Logger, silentLogger } from "../core/logger.js";
import { chooseFlavor } from "../flavors/choose.js";
import type { FlavorRegistry } from "../flavors/registry.js";
import type { Model } from "../format/model.js";
import { openModel } from "../format/open-model.js";
import type { Executor } from "../pipeline/executor.js";
import { createPipeline } from "../pipeline/pipeline.js";
import { runSelfTest } from "../pipeline/self-test.js";
import type { Metrics } from "./metrics.js";
import type { ServedModel } from "./served-model.js";

export interface LoadModelOptions {
  readonly flavors: FlavorRegistry;
  readonly logger?: Logger;
  readonly metrics?: Metrics;
  /** Threads that the runtime may use for one run. Default: the model's own setting, else the runtime's. */
  readonly threads?: number;
  /** How leniently request values are read: as MLflow does, or refusing what MLflow would damage. Default `safe`. */
  readonly coercion?: CoercionName;
  /** How NaN and the infinities of predictions are written. Default `null`. */
  readonly nonFinite?: NonFinite;
  /** Run the self-test of the package first, and refuse a model that answers otherwise than recorded. Default false. */
  readonly selfTest?: boolean;
  readonly clock?: Clock;
}

/**
 * Loads a model into its runtime and runs its input example once, so that the first request is as fast as the next.
 *
 * `source` is a package, a directory, or a model that is already open; what is opened here is closed with the result.
 * Throws the model and environment rows of the error table.
 */
export async function loadModel(source: string | Model, options: LoadModelOptions): Promise<ServedModel> {
  const { logger = silentLogger, clock = monotonicClock } = options;
  const start = clock();
  if (typeof source !== "string") return loadOpened(source, async () => {}, start, options);
  const model = await openModel(source, { logger });
  const close = async (): Promise<void> => model[Symbol.asyncDispose]();
  return closeOnFailure(close, () => loadOpened(model, close, start, options));
}

async function loadOpened(
  model: Model,
  close: () => Promise<void>,
  start: number,
  options: LoadModelOptions,
): Promise<ServedModel> {
  const {
    logger = silentLogger,
    metrics,
    threads,
    coercion = "safe",
    nonFinite = "null",
    clock = monotonicClock,
  } = options;
  const { name, descriptor, digest } = model;
  const { flavor, config } = chooseFlavor(descriptor, options.flavors);
  const predictor = await flavor.load(model, config, {
    logger,
    flavors: options.flavors,
    ...(threads === undefined ? {} : { threads }),
  });
  const observed = metrics === undefined ? {} : { observePhase: metrics.phaseEnded };
  const executor = createPipeline({
    signature: descriptor.signature,
    predictor,
    coercion,
    nonFinite,
    clock,
    logger,
    ...observed,
  });
  await closeOnFailure(
    async () => executor[Symbol.asyncDispose](),
    async () => {
      if (options.selfTest === true) await runSelfTest(model, predictor);
      await warmUp(model, executor, logger);
    },
  );
  const served: ServedModel = {
    name,
    descriptor,
    digest,
    signature: descriptor.signature,
    flavor: flavor.name,
    runtime: predictor.runtime,
    loadMs: clock() - start,
    executor,
    async [Symbol.asyncDispose]() {
      await executor[Symbol.asyncDispose]();
      await close();
    },
  };
  metrics?.modelLoaded(served);
  return served;
}

async function closeOnFailure<T>(close: () => Promise<void>, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await close();
    throw error;
  }
}

/** A model without an example is served cold; one whose example fails is served with a warning. */
async function warmUp(model: Model, executor: Executor, logger: Logger): Promise<void> {
  const path = model.descriptor.inputExample?.servingInputPath;
  if (path === undefined || !model.files.has(path)) return;
  try {
    const bytes = await model.files.read(path);
    const request = { bytes, media: "application/json", events: "if_streamed" } as const;
    const reply = await executor.execute(request, new AbortController().signal);
    if (reply.kind === "streamed") for await (const _ of reply.chunks);
  } catch (error) {
    logger.warn({ err: error }, "the model does not run on its own input example");
  }
}
