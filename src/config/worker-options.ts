import { option } from "./option.js";
import { aboveZero, autoOr, choice, DURATION, integer, SIZE } from "./value-types.js";

/** Of every command that loads a model. */
export const loadTimeout = option(aboveZero(DURATION), {
  group: "Model",
  help: "time for the model to load, and to run its example",
  default: "2m",
});

/** Where a served model runs, and what its worker processes may take: options of `mlserve serve`. */
export const WORKER_OPTIONS = {
  processes: option(autoOr(integer("COUNT", 1, 256)), {
    group: "Workers",
    help: "server processes at the same port; auto: one for each core where the model runs inline",
    default: "1",
  }),
  isolation: option(choice(["auto", "inline", "process"], "PLACE"), {
    group: "Workers",
    help: "where the model runs: inline (in the server), process (in workers), or auto: inline if tiny",
    default: "auto",
  }),
  workers: option(autoOr(integer("COUNT", 1, 256)), {
    group: "Workers",
    help: "worker processes; auto: by the processors and the model's runtime",
    default: "auto",
  }),
  workerMemory: option(aboveZero(SIZE), {
    group: "Workers",
    help: "memory for one worker, which is replaced beyond it; unset: any",
  }),
  offloadAbove: option(autoOr(SIZE), {
    group: "Workers",
    help: "larger bodies keep out of the way of others; auto: 1MiB, 8MiB for a model in workers",
    default: "auto",
  }),
  loadTimeout,
};
