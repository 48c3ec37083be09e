import { type CallerSignal, LazySignal } from "../core/caller-signal.js";
import { MlserveError } from "../core/errors.js";
import { Deadlines } from "./deadlines.js";
import type { Executor, Reply } from "./executor.js";

/**
 * Keeps the deadlines of requests that run in this process: the caller gets `timeout`, and the run is told by its signal.
 *
 * Nothing can interrupt a run that blocks this process; what must be ended at its deadline runs in another.
 */
export function withDeadlines(executor: Executor): Executor {
  const deadlines = new Deadlines();
  return {
    execute(request, caller) {
      const { timeoutMs } = request;
      if (timeoutMs === undefined) return executor.execute(request, caller);
      return race(deadlines, timeoutMs, caller, (limited) => executor.execute(request, limited));
    },
    [Symbol.asyncDispose]: () => executor[Symbol.asyncDispose](),
  };
}

function race(
  deadlines: Deadlines,
  timeoutMs: number,
  caller: CallerSignal,
  execute: (limited: CallerSignal) => Promise<Reply>,
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const limited = new LimitedCaller(caller);
    const deadline = deadlines.start(timeoutMs, () => {
      reject(timeoutError(timeoutMs));
      limited.end();
    });
    execute(limited).then(
      (reply) => {
        deadline.cancel();
        // A stream is given up by whoever reads it.
        if (reply.kind === "whole") limited.unwatch();
        resolve(reply);
      },
      (error) => {
        deadline.cancel();
        limited.unwatch();
        reject(error);
      },
    );
  });
}

/** A caller whose time may end. */
class LimitedCaller extends LazySignal {
  private readonly caller: CallerSignal;
  private isOver = false;
  private onAbort: (() => void) | undefined;

  constructor(caller: CallerSignal) {
    super();
    this.caller = caller;
  }

  get aborted(): boolean {
    return this.isOver || this.caller.aborted;
  }

  end(): void {
    this.isOver = true;
    this.tell();
  }

  protected watch(): void {
    this.onAbort = () => this.tell();
    this.caller.addEventListener("abort", this.onAbort, { once: true });
  }

  unwatch(): void {
    if (this.onAbort !== undefined) this.caller.removeEventListener("abort", this.onAbort);
  }
}

/** What a caller is told at the deadline of a request. */
export function timeoutError(milliseconds: number): MlserveError {
  const time = milliseconds % 1000 === 0 ? `${milliseconds / 1000} s` : `${milliseconds} ms`;
  return new MlserveError("timeout", `the model did not answer within ${time}`, {
    hint: "Send fewer rows at a time, or ask the server's operator for a longer --timeout",
  });
}
