import { loadTimeoutError } from "../src/core/load-timeout.js";
import type { LongWork, OnProgress } from "../src/core/progress.js";
import type { CommandContext } from "./command.js";

/** What of a command's work runs a model. */
const RUNS_MODEL: ReadonlySet<LongWork> = new Set(["load", "warm_up", "self_test"]);

/** Watches over a model that is loaded and tried in this process. */
export interface Loading {
  /** Shows how far it is; whoever holds this process ends it when it takes longer than it may. */
  readonly onProgress: OnProgress;
  /** The model is there: what it does from now on may take as long as it likes. */
  done(): void;
}

export function watchLoading({ io, output }: Pick<CommandContext, "io" | "output">, timeoutMs: number): Loading {
  return {
    onProgress(progress) {
      if (RUNS_MODEL.has(progress.work)) io.holder.expect(timeoutMs, loadTimeoutError(timeoutMs));
      else io.holder.relax();
      output.progress.show(progress);
    },
    done: () => io.holder.relax(),
  };
}
