import { MlserveError } from "../core/errors.js";
import type { ExecuteRequest, Executor, Reply } from "./executor.js";

/**
 * Keeps the deadlines of requests that run in this process: the caller gets `timeout`, and the run is told by its signal.
 *
 * Nothing can interrupt a run that blocks this process; what must be ended at its deadline runs in another.
 */
export function withDeadlines(executor: Executor): Executor {
  return {
    execute(request, signal) {
      const { timeoutMs } = request;
      return timeoutMs === undefined ? executor.execute(request, signal) : race(executor, request, signal, timeoutMs);
    },
    [Symbol.asyncDispose]: () => executor[Symbol.asyncDispose](),
  };
}

function race(executor: Executor, request: ExecuteRequest, signal: AbortSignal, timeoutMs: number): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const controller = new AbortController();
    const abort = (): void => controller.abort();
    signal.addEventListener("abort", abort, { once: true });
    const timer = setTimeout(() => {
      reject(timeoutError(timeoutMs));
      abort();
    }, timeoutMs);
    const release = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", abort);
    };
    executor.execute(request, signal.aborted ? signal : controller.signal).then(
      (reply) => {
        // A stream is given up by whoever reads it.
        if (reply.kind === "whole") release();
        else clearTimeout(timer);
        resolve(reply);
      },
      (error) => {
        release();
        reject(error);
      },
    );
  });
}

/** What a caller is told at the deadline of a request. */
export function timeoutError(milliseconds: number): MlserveError {
  const time = milliseconds % 1000 === 0 ? `${milliseconds / 1000} s` : `${milliseconds} ms`;
  return new MlserveError("timeout", `the model did not answer within ${time}`, {
    hint: "Send fewer rows at a time, or ask the server's operator for a longer --timeout",
  });
}
