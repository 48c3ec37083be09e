import type { Executor } from "../pipeline/executor.js";
import { type PoolOptions, WorkerPool } from "./pool.js";
import type { WorkerReady } from "./protocol.js";

export interface PoolExecutor extends Executor {
  readonly ready: WorkerReady;
  /** The processes at this moment. */
  pids(): readonly number[];
  isHealthy(): boolean;
}

/** Starts worker processes for a model and waits until all have loaded it. Throws what loading it throws. */
export async function createPoolExecutor(options: PoolOptions): Promise<PoolExecutor> {
  const pool = new WorkerPool(options);
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
  }
}
