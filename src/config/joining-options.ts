import { option } from "./option.js";
import { integer, SWITCH } from "./value-types.js";

/** How rows of different requests share runs. */
export const JOINING_OPTIONS = {
  batching: option(SWITCH, {
    group: "Joined rows",
    help: "run every request alone, not with the rows of others",
    default: "true",
  }),
  maxBatchRows: option(integer("COUNT", 1, 65_536), {
    group: "Joined rows",
    help: "rows of different requests that may share a run",
    default: "128",
  }),
  batchWaitMs: option(integer("MS", 0, 10_000), {
    group: "Joined rows",
    help: "milliseconds to keep a request for others; 0: run with what came during the run before",
    default: "0",
  }),
} as const;
