import type { Params } from "../core/batch.js";
import { type CallerSignal, toAbortSignal } from "../core/caller-signal.js";
import type { PredictContext } from "./flavor.js";

/** Who waits for the answer of a {@link lazyContext}. */
const CALLER = Symbol("caller");

interface LazyContext extends PredictContext {
  readonly [CALLER]: CallerSignal;
}

/** The context of a run, whose signal is made when the predictor reads it. */
export function lazyContext(params: Params, caller: CallerSignal): PredictContext {
  let signal: AbortSignal | undefined;
  const context: LazyContext = {
    params,
    get signal() {
      signal ??= toAbortSignal(caller);
      return signal;
    },
    [CALLER]: caller,
  };
  return context;
}

/** Is the signal of a context aborted? Known without making one. */
export function isGivenUp(context: PredictContext): boolean {
  return CALLER in context ? (context as LazyContext)[CALLER].aborted : context.signal.aborted;
}
