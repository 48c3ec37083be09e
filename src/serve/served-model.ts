import type { MlmodelDescriptor } from "../format/mlmodel.js";
import type { Signature } from "../format/signature.js";
import type { ThreadChoice } from "../pipeline/choose-threads.js";
import type { Executor } from "../pipeline/executor.js";
import type { Joining } from "../pipeline/joining.js";

/** A loaded model as every protocol sees it: only routes know HTTP. */
export interface ServedModel extends AsyncDisposable {
  /** What it was called when it was packed, or the name of its file or folder. */
  readonly name: string;
  /** Its MLmodel file. */
  readonly descriptor: MlmodelDescriptor;
  /** What it takes and gives. */
  readonly signature: Signature;
  /** The flavor that runs it, of those in the descriptor. */
  readonly flavor: string;
  /** Runtime and version, threads, … */
  readonly runtime: Readonly<Record<string, string | number>>;
  /** sha256 of the package's `SHA256SUMS`. */
  readonly digest: string | undefined;
  /** Milliseconds to open the model, to load it into its runtime and to warm it up. */
  readonly loadMs: number;
  /** What answers requests to it. */
  readonly executor: Executor;
  /** Processes that run it; 0 when it runs in this one. */
  readonly workers: number;
  /** How the threads of a run were chosen; absent where nothing had to be. */
  readonly threads?: ThreadChoice;
  /** Do rows of different requests share runs? */
  readonly joining: Joining;
  /** The numbers of those processes at this moment. */
  pids(): readonly number[];
  /** false when its worker processes cannot be started any more. */
  isHealthy(): boolean;
}
