import type { WorkerCall } from "./worker-call.js";
import type { WorkerProcess } from "./worker-process.js";

/**
 * Calls with large bodies, in order of arrival. Some workers at most are at them at the same time, one each, so that what
 * is short never waits behind them in all workers.
 */
export class LargeCalls {
  /** Workers that may be at large calls at once. */
  private readonly places: number;
  private waiting = new Set<WorkerCall>();
  private readonly held = new Map<WorkerProcess, WorkerCall>();
  /** Gets nothing else until it can begin the next large call. */
  private reserved: WorkerProcess | undefined;

  constructor(places: number) {
    this.places = places;
  }

  add(call: WorkerCall): void {
    this.waiting.add(call);
  }

  /** true when it was waiting here. */
  delete(call: WorkerCall): boolean {
    return this.waiting.delete(call);
  }

  /** Those that come back come first again. */
  takeBack(calls: readonly WorkerCall[]): void {
    this.waiting = new Set([...calls, ...this.waiting]);
  }

  fail(error: Error): void {
    for (const call of this.waiting) call.fail(error);
    this.waiting.clear();
  }

  /** Is a worker at a large call, or kept free for one? */
  isTaken(worker: WorkerProcess): boolean {
    return this.reserved === worker || this.held.get(worker)?.isHeld === true;
  }

  /** Hands the calls that may begin to workers which have a place for them. */
  handOut(workers: ReadonlySet<WorkerProcess>): void {
    while (this.waiting.size > 0) {
      const worker = this.reserve(workers);
      const [call] = this.waiting;
      if (worker === undefined || call === undefined || worker.load >= worker.concurrency) return;
      this.reserved = undefined;
      this.waiting.delete(call);
      this.held.set(worker, call);
      worker.hand([call]);
    }
    this.reserved = undefined;
  }

  /** The worker that is kept for the next call: of those that are at none, the one with the least to do. */
  private reserve(workers: ReadonlySet<WorkerProcess>): WorkerProcess | undefined {
    for (const [worker, call] of this.held) if (!call.isHeld || !workers.has(worker)) this.held.delete(worker);
    if (this.held.size >= this.places) return undefined;
    if (this.reserved !== undefined && workers.has(this.reserved) && this.reserved.concurrency > 0)
      return this.reserved;
    this.reserved = undefined;
    for (const worker of workers) {
      if (worker.concurrency === 0 || this.held.has(worker)) continue;
      if (this.reserved === undefined || worker.load < this.reserved.load) this.reserved = worker;
    }
    return this.reserved;
  }
}
