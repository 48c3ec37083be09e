import type { Logger } from "../core/logger.js";
import type { Program } from "../core/program.js";
import type { QueueLimits } from "../pipeline/queue-guard.js";
import type { RunFacts } from "../pipeline/row-joiner.js";
import type { WorkerOrder, WorkerReady } from "./protocol.js";

export interface PoolOptions {
  readonly order: WorkerOrder;
  /** Processes that run the model. */
  readonly workers: number;
  /** How many more of them there are to be, once the first says what it has found of the model. Default: none. */
  moreWorkers?(ready: WorkerReady): number;
  /** How long a worker may take to load the model. Default 2 minutes. */
  readonly loadTimeoutMs?: number;
  /** Bytes that one worker may use, its files mapped into memory included. Default: no limit. */
  readonly memoryBytes?: number;
  readonly logger?: Logger;
  /** The program of a worker, where it lies elsewhere than in this package. */
  readonly entry?: Program;
  /** What may wait, large bodies apart. Default: anything. */
  readonly queue?: QueueLimits;
  /** Bodies of more bytes are at most in all workers but one at a time. Default: no body is that large. */
  readonly largeBytes?: number;
  /** Groups of calls that a worker is given at once. Default: as many as it works on, and what may lie ahead. */
  readonly mostGroups?: number;
  /** Told of every worker that ended and has to be replaced. */
  onRestart?(): void;
  /** Told of every run of a model whose rows are joined. */
  onRun?(run: RunFacts): void;
}
