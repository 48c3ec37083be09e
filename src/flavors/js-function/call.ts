import type { Batch } from "../../core/batch.js";
import { MlserveError } from "../../core/errors.js";
import type { Logger } from "../../core/logger.js";
import type { OutputStream } from "../flavor.js";
import type { Release } from "./limiter.js";
import type { StackReader } from "./stack-reader.js";

/** Makes an error of ours of what a function threw. */
export type ToFailure = (error: unknown) => MlserveError;

const NO_REASON = "the function refused the request, and does not say why";

/**
 * What a function throws is told to the log with its stack in the sources, and to the caller as `model_failed` without a
 * word of it. An error with a `status` of 400 to 499 is meant for the caller: `model_rejected_input` with its message.
 */
export function compileFailure(logger: Logger, model: string, stacks: StackReader): ToFailure {
  return (error) => {
    if (error instanceof MlserveError) return error;
    if (isForCaller(error))
      return new MlserveError("model_rejected_input", error.message || NO_REASON, { cause: error });
    const name = error instanceof Error ? error.name : "something that is no error";
    const stack = stacks.toSourceStack(error) ?? String(error);
    // Whoever prints the stack later, in another process perhaps, sees the sources.
    if (error instanceof Error) error.stack = stack;
    logger.error({ model, stack }, "the function threw");
    return new MlserveError("model_failed", `the function threw ${name}`, { cause: error });
  };
}

function isForCaller(error: unknown): error is Error & { status: number } {
  return (
    error instanceof Error &&
    "status" in error &&
    typeof error.status === "number" &&
    error.status >= 400 &&
    error.status < 500
  );
}

/** The signal of one call: aborted by the caller's, or by the end of a stream. */
export interface CallSignal {
  readonly signal: AbortSignal;
  /** Aborts it. */
  abort(): void;
  /** Lets go of the caller's signal. */
  release(): void;
}

export function createCallSignal(caller: AbortSignal): CallSignal {
  const controller = new AbortController();
  const abort = (): void => controller.abort(caller.reason);
  if (caller.aborted) abort();
  caller.addEventListener("abort", abort, { once: true });
  return {
    signal: controller.signal,
    abort: () => controller.abort(),
    release: () => caller.removeEventListener("abort", abort),
  };
}

export interface StreamOptions {
  readonly toOutput: (item: unknown) => Batch;
  readonly toFailure: ToFailure;
  readonly call: CallSignal;
  /** The call's place, which it holds until the stream has ended. */
  readonly release: Release;
}

/**
 * The items of a function that streams, each as a batch.
 *
 * Returning the iterator aborts the call's signal at once, also while the function is at work on the next item, and does
 * not wait for it.
 */
export function streamOutputs(items: AsyncIterable<unknown>, options: StreamOptions): OutputStream {
  const { toOutput, toFailure, call, release } = options;
  const end = (): void => {
    call.release();
    release();
  };
  return {
    [Symbol.asyncIterator]() {
      const iterator = items[Symbol.asyncIterator]();
      const close = (): void => {
        call.abort();
        end();
        // It may be at work and answer later, or never; nobody waits for how it ends.
        iterator.return?.().then(undefined, () => {});
      };
      return {
        async next() {
          try {
            const { done, value } = await iterator.next();
            if (done !== true) return { done: false, value: toOutput(value) };
            end();
            return { done: true, value: undefined };
          } catch (error) {
            close();
            throw toFailure(error);
          }
        },
        async return() {
          close();
          return { done: true, value: undefined };
        },
      };
    },
  };
}

export function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}
