/**
 * Tells whether somebody still waits for an answer. Every `AbortSignal` is one; those of a server's own requests make none
 * unless it is asked for, as making one costs more than many a model's run.
 */
export interface CallerSignal {
  /** Has everybody left who waited? */
  readonly aborted: boolean;
  /** Calls the listener when they leave. */
  addEventListener(type: "abort", listener: () => void, options?: { readonly once?: boolean }): void;
  /** Does not call it any more. */
  removeEventListener(type: "abort", listener: () => void): void;
}

/** The signal that what heeds an `AbortSignal` is given. */
export function toAbortSignal(caller: CallerSignal): AbortSignal {
  if (caller instanceof AbortSignal) return caller;
  if (caller.aborted) return AbortSignal.abort();
  const controller = new AbortController();
  caller.addEventListener("abort", () => controller.abort(), { once: true });
  return controller.signal;
}

/** Keeps the listeners of a {@link CallerSignal}, and watches for what they wait for only while there are any. */
export abstract class LazySignal implements CallerSignal {
  /** Not made for the many whom nobody watches, as what watches them is not: each request has several. */
  private listeners: Set<() => void> | undefined;

  abstract readonly aborted: boolean;

  addEventListener(_type: "abort", listener: () => void): void {
    this.listeners ??= new Set();
    this.listeners.add(listener);
    if (this.listeners.size === 1) this.watch();
  }

  removeEventListener(_type: "abort", listener: () => void): void {
    if (this.listeners?.delete(listener) === true && this.listeners.size === 0) this.unwatch();
  }

  /** Tells the listeners, once. */
  protected tell(): void {
    const told = [...(this.listeners ?? [])];
    this.listeners?.clear();
    if (told.length > 0) this.unwatch();
    for (const listener of told) listener();
  }

  protected abstract watch(): void;
  protected abstract unwatch(): void;
}

/** A signal that is told when the caller leaves, so that there is nothing to watch. */
export class ToldSignal extends LazySignal {
  aborted = false;

  abort(): void {
    this.aborted = true;
    this.tell();
  }

  protected watch(): void {}
  protected unwatch(): void {}
}
