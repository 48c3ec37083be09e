import type { CoercionName } from "../codec/decode/coercion.js";
import type { NumberStyle } from "../codec/encode/number-style.js";
import { type Clock, monotonicClock } from "../core/clock.js";
import { DEFAULT_DECODE_LIMITS, type DecodeLimits } from "../core/decode-limits.js";
import { type Logger, silentLogger } from "../core/logger.js";
import type { OnProgress } from "../core/progress.js";
import { chooseFlavor } from "../flavors/choose.js";
import type { FlavorRegistry } from "../flavors/registry.js";
import type { Model } from "../format/model.js";
import { openModel } from "../format/open-model.js";
import { DEFAULT_JOINING, type JoiningOptions } from "../pipeline/joining.js";
import type { QueueLimits } from "../pipeline/queue-guard.js";
import { grantedCores } from "../workers/cores.js";
import type { Metrics } from "./metrics.js";
import type { Capacity, IsolationMode } from "./placement.js";
import type { ServedModel } from "./served-model.js";
import { startExecutor } from "./start-executor.js";

/** Where and how a model runs. */
export interface LoadModelOptions extends Capacity, NumberStyle {
  /** Those that may run it. */
  readonly flavors: FlavorRegistry;
  /** The name of the flavor to use, of those that the model has. Default: the first of the registry among them. */
  readonly useFlavor?: string;
  /** Default: nothing is logged. */
  readonly logger?: Logger;
  /** Told of the model, and of worker processes that are replaced. */
  readonly metrics?: Metrics;
  /**
   * Where the model runs: `inline` in this process; `process` in worker processes, which can be killed at a deadline and
   * can crash alone; `auto` inline only what is tiny, bounded, fast, and no code of the user's. Default `inline`.
   */
  readonly isolation?: IsolationMode;
  /** Processors that may be kept busy. Default: those that this process is granted. */
  readonly cores?: number;
  /** How long a worker process may take to load the model, in milliseconds. Default 2 minutes. */
  readonly loadTimeoutMs?: number;
  /** Bytes that one worker process may use. Default: no limit. */
  readonly workerMemoryBytes?: number;
  /** The program of a worker process, where it lies elsewhere than in this package. */
  readonly workerEntry?: URL;
  /**
   * Bodies of more bytes go to a worker process that is started with the first of them, or, where there are several
   * workers, are never in all of them at once, so that small requests need not wait; `auto` decides by where the model
   * runs. Default: bodies of every size are treated alike.
   */
  readonly offloadAboveBytes?: number | "auto";
  /** What may wait for the model; more is refused with `overloaded`. Default: anything. */
  readonly queue?: QueueLimits;
  /** How leniently request values are read: as MLflow does, or refusing what MLflow would damage. Default `safe`. */
  readonly coercion?: CoercionName;
  /** How much one request may hold; what is not said has its default. */
  readonly limits?: Partial<DecodeLimits>;
  /** Run the self-test of the package first, and refuse a model that answers otherwise than recorded. Default false. */
  readonly selfTest?: boolean;
  /** How rows of different requests share runs. Default: those that a trial shows to be safe, up to 128 rows. */
  readonly joining?: Partial<JoiningOptions>;
  /** Gives the loading up: worker processes that were started for it are ended. */
  readonly signal?: AbortSignal;
  /** For tests. Default: the monotonic clock of Node. */
  readonly clock?: Clock;
  /** Told what is done, and how far it is. */
  readonly onProgress?: OnProgress;
}

/**
 * Loads a model into its runtime and runs its input example once, so that the first request is as fast as the next.
 *
 * `source` is a package, a directory, or a model that is already open; what is opened here is closed with the result.
 * Throws the model and environment rows of the error table.
 */
export async function loadModel(source: string | Model, options: LoadModelOptions): Promise<ServedModel> {
  const { logger = silentLogger, clock = monotonicClock, onProgress } = options;
  const start = clock();
  if (typeof source !== "string") return loadOpened(source, async () => {}, start, options);
  // A worker that takes the place of another reads the files again.
  const privateCopy = options.isolation !== undefined && options.isolation !== "inline";
  const model = await openModel(source, { logger, privateCopy, ...(onProgress && { onProgress }) });
  const close = async (): Promise<void> => model[Symbol.asyncDispose]();
  return closeOnFailure(close, () => loadOpened(model, close, start, options));
}

async function loadOpened(
  model: Model,
  close: () => Promise<void>,
  start: number,
  options: LoadModelOptions,
): Promise<ServedModel> {
  const { metrics, clock = monotonicClock } = options;
  const { name, descriptor, digest } = model;
  const chosen = chooseFlavor(descriptor, options.flavors, options);
  const started = await startExecutor(model, chosen, {
    logger: silentLogger,
    isolation: "inline",
    cores: grantedCores(),
    coercion: "safe",
    selfTest: false,
    onWorkerRestart: () => metrics?.workerRestarted(),
    onRun: (run) => metrics?.runEnded(run),
    ...options,
    limits: { ...DEFAULT_DECODE_LIMITS, ...options.limits },
    joining: { ...DEFAULT_JOINING, ...options.joining },
  });
  const { executor, runtime, workers, threads, joining, isHealthy, pids } = started;
  const served: ServedModel = {
    name,
    descriptor,
    digest,
    signature: descriptor.signature,
    flavor: chosen.flavor.name,
    runtime,
    workers,
    ...(threads && { threads }),
    joining,
    isHealthy,
    pids,
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
