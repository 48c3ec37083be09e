import { byteCount } from "../core/byte-blocks.js";
import type { CallerSignal } from "../core/caller-signal.js";
import { MlserveError } from "../core/errors.js";
import type { Logger } from "../core/logger.js";
import type { ExecuteRequest, Executor, Reply } from "../pipeline/executor.js";
import type { WorkerPool } from "../workers/pool.js";
import type { PoolOptions } from "../workers/pool-options.js";

export interface LargeLaneOptions {
  /** What answers all others. */
  readonly executor: Executor;
  /** Bodies of more bytes go to a worker process of their own. */
  readonly aboveBytes: number;
  readonly pool: PoolOptions;
  readonly logger: Logger;
  /** How long the worker is kept without anything to do. Default a minute. */
  readonly idleMs?: number;
}

const IDLE_MS = 60_000;

/**
 * Takes large bodies out of the way of small ones: they go, undecoded, to one worker process, which is started with the
 * first of them, works on one after another, and ends when it has had nothing to do for a while.
 */
export class LargeLane implements Executor {
  private readonly options: LargeLaneOptions;
  private pool: Promise<WorkerPool> | undefined;
  /** Of `pool`, once it is there. */
  private opened: WorkerPool | undefined;
  private running = 0;
  private idle: NodeJS.Timeout | undefined;
  private isClosed = false;

  constructor(options: LargeLaneOptions) {
    this.options = options;
  }

  /** The worker's process at this moment. */
  get pids(): readonly number[] {
    return this.opened?.pids ?? [];
  }

  execute(request: ExecuteRequest, caller: CallerSignal): Promise<Reply> {
    const { executor, aboveBytes } = this.options;
    return byteCount(request.bytes) > aboveBytes
      ? this.executeLarge(request, caller)
      : executor.execute(request, caller);
  }

  /** The worker is started while the body comes: to start a process takes the longer, the more memory this one holds. */
  expect(bodyBytes: number): void {
    if (bodyBytes <= this.options.aboveBytes || this.isClosed) return;
    this.pool ??= this.start();
    if (this.running === 0) this.endWhenIdle();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.isClosed = true;
    clearTimeout(this.idle);
    await Promise.all([this.end(), this.options.executor[Symbol.asyncDispose]()]);
  }

  private async executeLarge(request: ExecuteRequest, caller: CallerSignal): Promise<Reply> {
    if (this.isClosed) throw new MlserveError("shutting_down", "the model is closed");
    clearTimeout(this.idle);
    this.running++;
    try {
      this.pool ??= this.start();
      return await (await this.pool).execute(request, caller);
    } finally {
      this.running--;
      if (this.running === 0 && !this.isClosed) this.endWhenIdle();
    }
  }

  /** The pool takes calls while its worker is still loading the model. */
  private async start(): Promise<WorkerPool> {
    const { WorkerPool } = await import("../workers/pool.js");
    const pool = new WorkerPool({ ...this.options.pool, workers: 1, mostGroups: 1 });
    this.opened = pool;
    pool.ready.catch((error) => this.giveUp(pool, error));
    return pool;
  }

  /** The next large body tries again. */
  private giveUp(pool: WorkerPool, error: unknown): void {
    if (this.opened === pool) {
      this.pool = undefined;
      this.opened = undefined;
    }
    if (this.isClosed) return;
    this.options.logger.error({ err: error }, "the worker for large bodies cannot be started");
    void pool.close(new MlserveError("shutting_down", "the worker for large bodies cannot be started"));
  }

  private endWhenIdle(): void {
    clearTimeout(this.idle);
    this.idle = setTimeout(() => void this.end(), this.options.idleMs ?? IDLE_MS);
    this.idle.unref();
  }

  private async end(): Promise<void> {
    const { pool } = this;
    this.pool = undefined;
    this.opened = undefined;
    await (await pool)?.close();
  }
}
