import type { CoercionName } from "../codec/decode/coercion.js";
import type { NumberStyle } from "../codec/encode/number-style.js";
import type { DecodeLimits } from "../core/decode-limits.js";
import type { Logger } from "../core/logger.js";
import type { OnProgress } from "../core/progress.js";
import type { Predictor } from "../flavors/flavor.js";
import type { Model } from "../format/model.js";
import type { Executor } from "./executor.js";
import { decideJoining, type Joining, type JoiningOptions } from "./joining.js";
import { createPipeline } from "./pipeline.js";
import type { QueueLimits } from "./queue-guard.js";
import { RowJoiner, type RunFacts } from "./row-joiner.js";
import { RunQueue } from "./run-queue.js";
import { runSelfTest } from "./self-test.js";
import { type WarmUp, warmUp } from "./warm-up.js";

export interface PrepareOptions {
  readonly coercion: CoercionName;
  readonly limits: DecodeLimits;
  readonly numbers: NumberStyle;
  /** Run the self-test of the package first. */
  readonly selfTest: boolean;
  readonly joining: JoiningOptions;
  /** What may wait for the model. Default: anything. */
  readonly queue?: QueueLimits;
  readonly logger: Logger;
  /** Told of every run of a model whose rows are joined. */
  onRun?(run: RunFacts): void;
  readonly onProgress?: OnProgress;
}

/** A model that is ready for requests. */
export interface Prepared extends WarmUp {
  readonly executor: Executor;
  readonly joining: Joining;
}

/**
 * What comes between a loaded model and its first request, in whichever process: its self-test, its warm-up, and the
 * trial whether rows may be joined.
 *
 * The predictor is the executor's from now on, and is disposed of when this throws what the self-test throws.
 */
export async function prepareModel(model: Model, predictor: Predictor, options: PrepareOptions): Promise<Prepared> {
  const { coercion, limits, numbers, logger, selfTest, queue, onRun, onProgress } = options;
  try {
    const { signature } = model.descriptor;
    const pipeline = createPipeline({ signature, predictor, coercion, limits, numbers, logger });
    if (selfTest) {
      onProgress?.({ work: "self_test" });
      await runSelfTest(model, predictor);
    }
    onProgress?.({ work: "warm_up" });
    const warmedUp = await warmUp(model, pipeline);
    const joining = await decideJoining(model, predictor, options.joining, warmedUp.milliseconds !== undefined);
    const { waitMs } = options.joining;
    const shared = { predictor, waitMs, ...(onRun && { onRun }), ...(queue && { queue }) };
    if (joining.kind === "on") pipeline.scheduleRuns(new RowJoiner({ ...shared, maxRows: joining.maxRows }));
    else if (queue !== undefined) pipeline.scheduleRuns(new RunQueue({ predictor, queue }));
    return { ...warmedUp, executor: pipeline, joining };
  } catch (error) {
    await predictor[Symbol.asyncDispose]();
    throw error;
  }
}
