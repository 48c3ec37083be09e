import { MlserveError } from "../src/core/errors.js";

/** The end of this process, which the code of a model may bring about before a command is done. */
export interface EarlyEnd {
  /** Ends the process because the program wants to. */
  leave(code: number): void;
  /** `report` is called while the process ends for any other reason; it has to write at once. */
  tell(report: (error: MlserveError) => void): void;
}

/**
 * Sees to it that a model which ends this process, or lets it run dry, is told and is no success: its code runs here when it
 * is packed, say.
 */
export function watchEarlyEnd(process: NodeJS.Process): EarlyEnd {
  let isWanted = false;
  let reason = "the model's code has ended the program";
  process.once("beforeExit", () => {
    reason = "the model's code waits for what never comes";
  });
  return {
    leave(code) {
      isWanted = true;
      process.exit(code);
    },
    tell(report) {
      process.once("exit", () => {
        if (isWanted) return;
        const error = new MlserveError("invalid_model", reason);
        process.exitCode = error.exitCode;
        report(error);
      });
    },
  };
}
