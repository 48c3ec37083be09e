import type { Executor } from "../pipeline/executor.js";
import { WorkerPool } from "./pool.js";
import type { PoolOptions } from "./pool-options.js";
import type { WorkerReady } from "./protocol.js";

export interface PoolExecutor extends Executor {
  readonly ready: WorkerReady;
  /** The processes at this moment. */
  pids(): readonly number[];
  isHealthy(): boolean;
}

/**
 * Starts worker processes for a model and waits until all have loaded it. Throws what loading it throws; then, and when
 * `signal` gives it up, none is left.
 */
export async function createPoolExecutor(options: PoolOptions, signal?: AbortSignal): Promise<PoolExecutor> {
  signal?.throwIfAborted();
  const pool = new WorkerPool(options);
  const giveUp = (): void => void pool.close();
  signal?.addEventListener("abort", giveUp, { once: true });
  try {
    const ready = await pool.ready;
    return {
      ready,
      pids: () => pool.pids,
      isHealthy: () => pool.isHealthy,
      execute: (request, caller) => pool.execute(request, caller),
      [Symbol.asyncDispose]: () => pool.close(),
    };
  } catch (error) {
    await pool.close();
    throw error;
  } finally {
    signal?.removeEventListener("abort", giveUp);
  }
}
