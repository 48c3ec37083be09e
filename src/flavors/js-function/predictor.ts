import type { Batch } from "../../core/batch.js";
import type { OutputStream, PredictContext, Predictor } from "../flavor.js";
import { createCallSignal, isAsyncIterable, streamOutputs, type ToFailure } from "./call.js";
import type { FunctionLog } from "./function-log.js";
import { toFunctionInput, withoutPrototype } from "./input.js";
import { createLimiter } from "./limiter.js";
import type { UserFunction } from "./user-function.js";

export interface FunctionPredictorOptions {
  readonly predict: UserFunction;
  readonly state: unknown;
  readonly config: Readonly<Record<string, unknown>>;
  readonly log: FunctionLog;
  readonly toOutput: (result: unknown) => Batch;
  readonly toFailure: ToFailure;
  readonly batchable: boolean;
  /** Calls that may be under way at once. */
  readonly concurrency: number;
  /** Closes what was opened for the function. */
  close(): Promise<void>;
}

export function createFunctionPredictor(options: FunctionPredictorOptions): Predictor {
  const { state, config, log, toOutput, toFailure, batchable, concurrency } = options;
  const limiter = createLimiter(concurrency);

  async function predict(batch: Batch, { params, signal }: PredictContext): Promise<Batch | OutputStream> {
    const release = await limiter.enter(signal);
    const call = createCallSignal(signal);
    let streams = false;
    try {
      const context = { params: withoutPrototype(params), state, config, signal: call.signal, log };
      const result = await options.predict(toFunctionInput(batch), context);
      if (!isAsyncIterable(result)) return toOutput(result);
      streams = true;
      return streamOutputs(result, { toOutput, toFailure, call, release });
    } catch (error) {
      throw toFailure(error);
    } finally {
      if (!streams) {
        call.release();
        release();
      }
    }
  }

  return {
    unsigned: "json",
    batchable,
    concurrency,
    runtime: { runtime: "node", version: process.versions.node },
    predict,
    [Symbol.asyncDispose]: options.close,
  };
}
