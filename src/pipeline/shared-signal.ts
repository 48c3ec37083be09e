import { type CallerSignal, LazySignal } from "../core/caller-signal.js";

/** Those who wait for one run: aborted once all of them are. */
export class SharedSignal extends LazySignal {
  private readonly callers: readonly CallerSignal[];
  private readonly onAbort = (): void => {
    if (this.aborted) this.tell();
  };

  constructor(callers: readonly CallerSignal[]) {
    super();
    this.callers = callers;
  }

  get aborted(): boolean {
    return this.callers.every(({ aborted }) => aborted);
  }

  protected watch(): void {
    for (const caller of this.callers) caller.addEventListener("abort", this.onAbort, { once: true });
  }

  /** To be called when the run has ended: a caller may outlive it. */
  unwatch(): void {
    for (const caller of this.callers) caller.removeEventListener("abort", this.onAbort);
  }
}
