import type { CallerSignal } from "../core/caller-signal.js";
import { type Clock, monotonicClock } from "../core/clock.js";
import type { Runnable } from "../core/join-batches.js";
import type { Predictor } from "../flavors/flavor.js";
import { lazyContext } from "../flavors/lazy-context.js";
import { QueueGuard, type QueueLimits } from "./queue-guard.js";
import { LONG_RUN_MS, QuietTurns } from "./quiet-turns.js";
import { abortedError, type Ran, type RunScheduler } from "./row-joiner.js";

export interface RunQueueOptions {
  readonly predictor: Pick<Predictor, "predict" | "concurrency">;
  /** What may wait. */
  readonly queue: QueueLimits;
  readonly clock?: Clock;
}

/** Runs may keep the event loop for so long before what has come meanwhile is read, and perhaps refused. */
const TURN_MS = 5;

/**
 * Runs requests one by one, in this process: at once while the model has a place and the event loop is not kept too
 * long, else in their turn. Without it, all that was read in one turn would run before anything else is.
 */
export class RunQueue implements RunScheduler {
  private readonly predictor: RunQueueOptions["predictor"];
  private readonly clock: Clock;
  private readonly guard: QueueGuard;
  private readonly places: number;
  private readonly quiet = new QuietTurns();
  private waiting: Job[] = [];
  private running = 0;
  /** The turn of the event loop in which something was begun, and when that was. */
  private turn: NodeJS.Immediate | undefined;
  private turnStart = 0;

  constructor({ predictor, queue, clock = monotonicClock }: RunQueueOptions) {
    this.predictor = predictor;
    this.clock = clock;
    this.guard = new QueueGuard(queue, clock);
    this.places = predictor.concurrency ?? 1;
  }

  admit(): void {
    this.quiet.came();
    this.guard.check({ requests: this.waiting.length, rows: 0 });
  }

  run(runnable: Runnable, caller: CallerSignal): Promise<Ran> {
    if (this.waiting.length === 0 && this.hasPlace()) return this.start(runnable, caller);
    return new Promise((resolve, reject) => {
      this.waiting.push({ runnable, caller, resolve, reject });
    });
  }

  private hasPlace(): boolean {
    if (this.running >= this.places) return false;
    return this.turn === undefined || this.clock() - this.turnStart < TURN_MS;
  }

  private async start({ batch, params }: Runnable, caller: CallerSignal): Promise<Ran> {
    this.running++;
    const begunAt = this.clock();
    this.beginTurn(begunAt);
    try {
      return { outputs: await this.predictor.predict(batch, lazyContext(params, caller)), begunAt };
    } finally {
      this.running--;
      const isLong = this.waiting.length > 0 && this.clock() - begunAt > LONG_RUN_MS;
      if (isLong && !this.quiet.waits) this.quiet.wait(() => this.startNext());
      else this.startNext();
    }
  }

  /** What passes until its end, passes in runs and in decoding what they are given. */
  private beginTurn(now: number): void {
    if (this.turn !== undefined) return;
    this.turnStart = now;
    this.turn = setImmediate(() => {
      this.turn = undefined;
      this.startNext();
    });
  }

  /** One alone: how long a run keeps the event loop shows only after this. The next comes at its end, or in the next turn. */
  private startNext(): void {
    while (this.waiting.length > 0 && this.hasPlace() && !this.quiet.waits) {
      const job = this.waiting.shift();
      if (job === undefined) return;
      this.guard.moved({ requests: 1, rows: 0 }, { requests: this.waiting.length, rows: 0 });
      if (job.caller.aborted) job.reject(abortedError());
      else {
        this.start(job.runnable, job.caller).then(job.resolve, job.reject);
        return;
      }
    }
  }
}

interface Job {
  readonly runnable: Runnable;
  readonly caller: CallerSignal;
  resolve(ran: Ran): void;
  reject(error: unknown): void;
}
