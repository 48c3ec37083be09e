import { MlserveError } from "./errors.js";

/** A model that took longer to load, and to run its example, than it may. */
export function loadTimeoutError(milliseconds: number): MlserveError {
  return new MlserveError("load_timeout", `the model was not ready after ${milliseconds / 1000} s`, {
    hint: "Give it longer with --load-timeout",
  });
}
