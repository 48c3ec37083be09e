import type { MlmodelDescriptor } from "../format/mlmodel.js";
import type { Signature } from "../format/signature.js";
import type { Executor } from "../pipeline/executor.js";
import type { Joining } from "../pipeline/joining.js";

/** A loaded model as every protocol sees it: only routes know HTTP. */
export interface ServedModel extends AsyncDisposable {
  readonly name: string;
  readonly descriptor: MlmodelDescriptor;
  readonly signature: Signature;
  /** The flavor that runs it, of those in the descriptor. */
  readonly flavor: string;
  /** Runtime and version, threads, … */
  readonly runtime: Readonly<Record<string, string | number>>;
  /** sha256 of the package's `SHA256SUMS`. */
  readonly digest: string | undefined;
  /** Time to load the model into its runtime and to warm it up. */
  readonly loadMs: number;
  readonly executor: Executor;
  /** Processes that run it; 0 when it runs in this one. */
  readonly workers: number;
  /** Do rows of different requests share runs? */
  readonly joining: Joining;
  /** The numbers of those processes at this moment. */
  pids(): readonly number[];
  /** false when its worker processes cannot be started any more. */
  isHealthy(): boolean;
}
