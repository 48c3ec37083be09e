import { fileURLToPath } from "node:url";
import type { CoercionName } from "../codec/decode/coercion.js";
import type { NumberStyle } from "../codec/encode/number-style.js";
import type { DecodeLimits } from "../core/decode-limits.js";
import { quoteName } from "../core/errors.js";
import type { Logger } from "../core/logger.js";
import type { OnProgress } from "../core/progress.js";
import type { ChosenFlavor } from "../flavors/choose.js";
import { type FlavorSource, flavorSourceOf } from "../flavors/flavor-source.js";
import { loadPredictor } from "../flavors/load-predictor.js";
import type { Model } from "../format/model.js";
import { toSharedModel } from "../format/shared-model.js";
import type { ThreadChoice } from "../pipeline/choose-threads.js";
import { withDeadlines } from "../pipeline/deadline.js";
import type { Executor } from "../pipeline/executor.js";
import type { Joining, JoiningOptions } from "../pipeline/joining.js";
import { prepareModel } from "../pipeline/prepare.js";
import type { QueueLimits } from "../pipeline/queue-guard.js";
import type { RunFacts } from "../pipeline/row-joiner.js";
import type { PoolOptions } from "../workers/pool-options.js";
import type { WorkerReady } from "../workers/protocol.js";
import { LargeLane } from "./large-lane.js";
import type { Capacity, Placement, PlacementRequest } from "./placement.js";
import { inProcesses, type ProcessPlacement, placeModel, portableSource, workersFor } from "./placement.js";

export interface StartOptions extends PlacementRequest, NumberStyle {
  readonly logger: Logger;
  readonly coercion: CoercionName;
  readonly limits: DecodeLimits;
  readonly selfTest: boolean;
  readonly joining: JoiningOptions;
  readonly loadTimeoutMs?: number;
  readonly workerMemoryBytes?: number;
  readonly workerEntry?: URL;
  /** Bodies of more bytes keep out of the way of others; `auto` decides by where the model runs. */
  readonly offloadAboveBytes?: number | "auto";
  /** What may wait for the model; large bodies apart, which are bounded by their bytes. Default: anything. */
  readonly queue?: QueueLimits;
  readonly signal?: AbortSignal;
  onWorkerRestart?(): void;
  /** Told of every run of a model whose rows are joined. */
  onRun?(run: RunFacts): void;
  readonly onProgress?: OnProgress;
}

/** What answers requests for a model, and where it runs. */
export interface StartedExecutor {
  readonly executor: Executor;
  readonly runtime: Readonly<Record<string, string | number>>;
  /** 0 for a model in this process. */
  readonly workers: number;
  /** How the threads of a run were chosen; undefined where nothing had to be. */
  readonly threads?: ThreadChoice;
  readonly joining: Joining;
  isHealthy(): boolean;
  pids(): readonly number[];
}

/** A model whose example takes longer than this would keep everything else in its process waiting. */
const INLINE_MS = 1;

const EXAMPLE_FAULT = "the model does not run on its own input example";

/** A tiny model takes about ten milliseconds to decode and answer so much. */
const LARGE_INLINE_BYTES = 1024 * 1024;

/** Behind a run of a model that is not tiny, others wait anyway: only what takes much longer gets a worker of its own. */
const LARGE_IN_PROCESS_BYTES = 8 * 1024 * 1024;

/** Loads a model where it may run, and warms it up. Throws what loading it throws; then nothing is left running. */
export async function startExecutor(
  model: Model,
  chosen: ChosenFlavor,
  options: StartOptions,
): Promise<StartedExecutor> {
  const started = await startPlaced(model, chosen, options);
  const source = portableSource(model, chosen.flavor);
  const aboveBytes = largeBytes(options, started.workers);
  // Several workers keep one of them free for small bodies.
  if (aboveBytes === undefined || source === undefined || started.workers > 1) return started;
  const { threads } = started;
  // What was found out at the start is not tried again.
  const asked = { ...options, workers: 1, ...(threads && { threads: threads.threads }) };
  const place = { ...inProcesses(source, chosen.flavor, asked), triesThreads: false };
  const { queue, ...others } = options;
  const pool = poolOptions(model, chosen, place, { ...others, selfTest: false });
  const lane = new LargeLane({ executor: started.executor, aboveBytes, pool, logger: options.logger });
  return { ...started, executor: lane, pids: () => [...started.pids(), ...lane.pids] };
}

function largeBytes({ offloadAboveBytes }: StartOptions, workers: number): number | undefined {
  if (offloadAboveBytes !== "auto") return offloadAboveBytes;
  return workers === 0 ? LARGE_INLINE_BYTES : LARGE_IN_PROCESS_BYTES;
}

async function startPlaced(model: Model, chosen: ChosenFlavor, options: StartOptions): Promise<StartedExecutor> {
  options.onProgress?.({ work: "load" });
  const placement = await placeModel(model, chosen, options);
  for (const warning of idleOptions(placement, chosen, options)) options.logger.warn({ model: model.name }, warning);
  if (placement.kind === "process") return await startProcesses(model, chosen, placement, options);
  const started = await startInline(model, chosen, placement, options);
  const { milliseconds } = started;
  const isFast = milliseconds !== undefined && milliseconds < INLINE_MS;
  const source = flavorSourceOf(chosen.flavor);
  if (options.isolation !== "auto" || isFast || source === undefined || chosen.flavor.isolation === undefined)
    return started;
  await started.executor[Symbol.asyncDispose]();
  return await startProcesses(model, chosen, inProcesses(source, chosen.flavor, options), options);
}

/** What was asked for and changes nothing. */
function idleOptions({ kind }: Placement, { flavor }: ChosenFlavor, { workers, threads }: Capacity): string[] {
  return [
    ...(kind === "inline" && workers !== undefined
      ? ["the number of workers has no effect: the model runs in the server's own process"]
      : []),
    ...(threads !== undefined && flavor.usesThreads !== true
      ? [`the number of threads has no effect: the flavor ${quoteName(flavor.name)} uses one`]
      : []),
  ];
}

async function startInline(
  model: Model,
  chosen: ChosenFlavor,
  { threads, defaultThreads }: Placement,
  { logger, coercion, limits, selfTest, joining, queue, onRun, onProgress, ...numbers }: StartOptions,
): Promise<StartedExecutor & { readonly milliseconds: number | undefined }> {
  const predictor = await loadPredictor(chosen, model, {
    logger,
    defaultThreads,
    ...(threads === undefined ? {} : { threads }),
  });
  const prepared = await prepareModel(model, predictor, {
    coercion,
    limits,
    numbers,
    selfTest,
    joining,
    logger,
    ...(queue && { queue }),
    ...(onRun && { onRun }),
    ...(onProgress && { onProgress }),
  });
  if (prepared.fault !== undefined) logger.warn({ err: prepared.fault }, EXAMPLE_FAULT);
  return {
    executor: withDeadlines(prepared.executor),
    runtime: predictor.runtime,
    milliseconds: prepared.milliseconds,
    joining: prepared.joining,
    workers: 0,
    isHealthy: () => true,
    pids: () => [],
  };
}

async function startProcesses(
  model: Model,
  chosen: ChosenFlavor,
  placement: Placement,
  options: StartOptions,
): Promise<StartedExecutor> {
  if (placement.kind === "inline") throw new Error("a model that runs inline has no workers");
  const { logger, signal } = options;
  const workersOf = (ready: WorkerReady): number =>
    ready.threads === undefined || options.workers !== undefined
      ? placement.workers
      : workersFor(options.cores, ready.threads.threads);
  const pool: PoolOptions = {
    ...poolOptions(model, chosen, placement, options),
    moreWorkers: (ready) => workersOf(ready) - placement.workers,
  };
  // A model in the server's own process needs none of it.
  const { createPoolExecutor } = await import("../workers/executor.js");
  const executor = await createPoolExecutor(pool, signal);
  const { runtime, exampleFault, threads } = executor.ready;
  if (exampleFault !== undefined) logger.warn({ fault: exampleFault }, EXAMPLE_FAULT);
  return {
    executor,
    runtime,
    workers: workersOf(executor.ready),
    ...(threads && { threads }),
    joining: executor.ready.joining,
    isHealthy: executor.isHealthy,
    pids: executor.pids,
  };
}

function poolOptions(
  model: Model,
  chosen: ChosenFlavor,
  { flavor, workers, threads, defaultThreads, triesThreads }: ProcessPlacement,
  options: StartOptions,
): PoolOptions {
  const { coercion, limits, selfTest, joining, logger, loadTimeoutMs, workerMemoryBytes, workerEntry } = options;
  const large = largeBytes(options, workers);
  return {
    order: {
      flavor,
      others: othersOf(chosen),
      model: toSharedModel(model),
      coercion,
      limits,
      numbers: numberStyle(options),
      selfTest,
      joining,
      threads,
      defaultThreads,
      triesThreads,
    },
    workers,
    logger,
    onRestart: () => options.onWorkerRestart?.(),
    onRun: (run) => options.onRun?.(run),
    ...(loadTimeoutMs === undefined ? {} : { loadTimeoutMs }),
    ...(workerMemoryBytes === undefined ? {} : { memoryBytes: workerMemoryBytes }),
    ...(workerEntry === undefined ? {} : { entry: { path: fileURLToPath(workerEntry), args: [] } }),
    ...(large === undefined ? {} : { largeBytes: large }),
    ...(options.queue === undefined ? {} : { queue: options.queue }),
  };
}

/** As JSON takes it to another process: without what is left out. */
function numberStyle({ nonFinite, float32 }: NumberStyle): NumberStyle {
  return { ...(nonFinite === undefined ? {} : { nonFinite }), ...(float32 === undefined ? {} : { float32 }) };
}

/** Flavors beside the chosen one that another process can load and does not know already. */
function othersOf({ flavor, flavors }: ChosenFlavor): FlavorSource[] {
  const sources = (flavors?.flavors ?? []).filter((other) => other !== flavor).map(flavorSourceOf);
  return sources.filter((source) => source?.kind === "module");
}
