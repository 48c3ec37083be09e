import { type Batch, rowCount } from "../core/batch.js";
import type { CallerSignal } from "../core/caller-signal.js";
import { type Clock, monotonicClock } from "../core/clock.js";
import { MlserveError } from "../core/errors.js";
import { canShareRun, compileRowSlices, joinBatches, type Runnable } from "../core/join-batches.js";
import { isOutputStream, type Outputs, type Predictor } from "../flavors/flavor.js";
import { lazyContext } from "../flavors/lazy-context.js";
import { Gathering } from "./gathering.js";
import { QueueGuard, type QueueLimits } from "./queue-guard.js";
import { LONG_RUN_MS, QuietTurns } from "./quiet-turns.js";
import { SharedSignal } from "./shared-signal.js";

/** What one run of a model was given. */
export interface RunFacts {
  /** 0 where the batch has no rows. */
  readonly rows: number;
  readonly requests: number;
  /** Did a run of several requests fail, so that each of them is run again, alone? */
  readonly isSplit: boolean;
}

/** What came of a request, and when its run began. */
export interface Ran {
  readonly outputs: Outputs;
  readonly begunAt: number;
}

/** Says when requests are run. */
export interface RunScheduler {
  /** Is there room for another request? To be asked before it is decoded. Throws `overloaded`. */
  admit(): void;
  /** Fails as the predictor would for this request alone, or with `request_aborted` when its caller leaves first. */
  run(runnable: Runnable, caller: CallerSignal): Promise<Ran>;
}

export interface RowJoinerOptions {
  readonly predictor: Pick<Predictor, "predict" | "concurrency">;
  /** Rows that a run of several requests may have. */
  readonly maxRows: number;
  /** Milliseconds that a request may be kept for others although the model is idle. Default 0. */
  readonly waitMs?: number;
  /** What may wait. Default: anything. */
  readonly queue?: QueueLimits;
  readonly clock?: Clock;
  /** Told of every run that has ended. */
  onRun?(run: RunFacts): void;
}

/**
 * Runs the rows of several requests together: those that came in the same turn of the event loop, or while the model was
 * at work on others. Nobody waits for a request that may come.
 *
 * When a run of several fails, each of them is run once more, alone, so that nobody's rows fail another's; and the next
 * runs are shorter, growing again as they succeed, so that a caller whose rows always fail cannot have all the others'
 * run twice for ever.
 */
export class RowJoiner implements RunScheduler {
  private readonly options: RowJoinerOptions;
  private readonly clock: Clock;
  private readonly gathering: Gathering;
  private readonly guard: QueueGuard | undefined;
  /** Runs that may be under way at once. */
  private readonly places: number;
  private readonly quiet = new QuietTurns();
  private waiting: Job[] = [];
  private waitingRows = 0;
  private running = 0;
  /** Rows that a run of several may have at the moment. */
  private limit: number;

  constructor(options: RowJoinerOptions) {
    const { predictor, maxRows, waitMs = 0, clock = monotonicClock } = options;
    this.options = options;
    this.clock = clock;
    this.places = predictor.concurrency ?? 1;
    this.limit = maxRows;
    const { queue } = options;
    this.guard = queue === undefined ? undefined : new QueueGuard(withGathering(queue, waitMs), clock);
    this.gathering = new Gathering({ waitMs, clock }, () => this.begin());
  }

  admit(): void {
    this.quiet.came();
    this.guard?.check({ requests: this.waiting.length, rows: this.waitingRows });
  }

  run({ batch, params }: Runnable, caller: CallerSignal): Promise<Ran> {
    return new Promise((resolve, reject) => {
      const rows = rowCount(batch) ?? 0;
      this.waiting.push({ batch, params, caller, rows, since: this.clock(), resolve, reject });
      this.waitingRows += rows;
      this.arm();
    });
  }

  /** Is there a queue, with limits, and nothing that lets others come first already? */
  private get mayRefuse(): boolean {
    return this.guard !== undefined && this.waiting.length > 0 && !this.quiet.waits;
  }

  private arm(): void {
    const [oldest] = this.waiting;
    if (oldest === undefined || this.running >= this.places || this.quiet.waits) return;
    this.gathering.arm(oldest.since, this.waitingRows >= this.limit);
  }

  private begin(): void {
    this.dropAborted();
    const requests = this.waiting.length;
    const rows = this.waitingRows;
    while (this.running < this.places && this.waiting.length > 0) void this.runGroup(this.takeGroup());
    this.waitingRows = sumRows(this.waiting);
    const left = { requests: this.waiting.length, rows: this.waitingRows };
    this.guard?.moved({ requests: requests - left.requests, rows: rows - left.rows }, left);
  }

  private dropAborted(): void {
    if (!this.waiting.some(({ caller }) => caller.aborted)) return;
    for (const { caller, reject } of this.waiting) if (caller.aborted) reject(abortedError());
    this.waiting = this.waiting.filter(({ caller }) => !caller.aborted);
  }

  /** The oldest, and in their order all that may share its run. */
  private takeGroup(): Job[] {
    const group: Job[] = [];
    const left: Job[] = [];
    let rows = 0;
    for (const job of this.waiting) {
      const [first] = group;
      if (first === undefined || this.mayJoin(first, job, rows)) {
        group.push(job);
        rows += job.rows;
      } else left.push(job);
    }
    this.waiting = left;
    return group;
  }

  private mayJoin(first: Job, job: Job, rows: number): boolean {
    return first.rows > 0 && job.rows > 0 && rows + job.rows <= this.limit && canShareRun(first, job);
  }

  /** Never rejects: whatever goes wrong is what its requests are answered with. */
  private async runGroup(jobs: readonly Job[]): Promise<void> {
    this.running++;
    const begunAt = this.clock();
    const [first, second] = jobs;
    if (first !== undefined && second === undefined) await this.runAlone(first);
    else if (!(await this.runJoined(jobs))) for (const job of jobs) await this.runAlone(job);
    this.running--;
    if (this.mayRefuse && this.clock() - begunAt > LONG_RUN_MS) this.quiet.wait(() => this.arm());
    else this.arm();
  }

  private async runAlone({ batch, params, caller, rows, resolve, reject }: Job): Promise<void> {
    if (caller.aborted) {
      reject(abortedError());
      return;
    }
    const begunAt = this.clock();
    try {
      const outputs = await this.options.predictor.predict(batch, lazyContext(params, caller));
      resolve({ outputs, begunAt });
      this.grow();
    } catch (error) {
      reject(error);
    }
    this.options.onRun?.({ rows, requests: 1, isSplit: false });
  }

  /** false when it failed, and nobody has been answered. */
  private async runJoined(jobs: readonly Job[]): Promise<boolean> {
    const [first, ...others] = jobs;
    if (first === undefined) return true;
    const rows = sumRows(jobs);
    const batch = joinBatches([first.batch, ...others.map((job) => job.batch)]);
    const begunAt = this.clock();
    const callers = new SharedSignal(jobs.map((job) => job.caller));
    try {
      const outputs = await this.options.predictor.predict(batch, lazyContext(first.params, callers));
      const slice = compileRowSlices(await wholeBatch(outputs), rows) ?? misshapen();
      let start = 0;
      for (const job of jobs) {
        job.resolve({ outputs: slice(start, job.rows), begunAt });
        start += job.rows;
      }
    } catch {
      // The error may speak of rows that are not the caller's: each gets its own.
      this.limit = Math.max(1, Math.floor(rows / 2));
      this.options.onRun?.({ rows, requests: jobs.length, isSplit: true });
      return false;
    } finally {
      callers.unwatch();
    }
    this.grow();
    this.options.onRun?.({ rows, requests: jobs.length, isSplit: false });
    return true;
  }

  private grow(): void {
    if (this.limit < this.options.maxRows) this.limit++;
  }
}

interface Job extends Runnable {
  readonly caller: CallerSignal;
  /** 0 for a batch without rows, which is run alone. */
  readonly rows: number;
  readonly since: number;
  resolve(ran: Ran): void;
  reject(error: unknown): void;
}

/** What is kept for others on purpose is not late. */
function withGathering(queue: QueueLimits, gatheringMs: number): QueueLimits {
  return queue.waitMs === "auto" ? queue : { ...queue, waitMs: queue.waitMs + gatheringMs };
}

function sumRows(jobs: readonly Job[]): number {
  return jobs.reduce((sum, { rows }) => sum + rows, 0);
}

/** A model that streams, or leaves rows out, only for some data cannot share its runs. */
async function wholeBatch(outputs: Outputs): Promise<Batch> {
  if (!isOutputStream(outputs)) return outputs;
  await outputs[Symbol.asyncIterator]().return?.();
  return misshapen();
}

function misshapen(): never {
  throw new MlserveError("model_failed", "the outputs have other rows than the inputs");
}

/** Its caller has left while it waited. */
export function abortedError(): MlserveError {
  return new MlserveError("request_aborted", "the request was given up before the model ran");
}
