import { option } from "./option.js";
import { aboveZero, DURATION, FILE, integers, text } from "./value-types.js";

/** What `mlserve bench` sends, and for how long. */
export const LOAD_OPTIONS = {
  connections: option(integers("COUNTS", 1, 10_000), {
    group: "Load",
    short: "c",
    help: "how many connections ask at the same time; several numbers with commas, one after another",
    default: "1,8,32",
  }),
  duration: option(aboveZero(DURATION), {
    group: "Load",
    short: "d",
    help: "how long each number of connections asks",
    default: "10s",
  }),
  warmUp: option(DURATION, { group: "Load", help: "how long they ask before it counts", default: "1s" }),
  request: option(FILE, {
    group: "Load",
    short: "r",
    help: "the body of the request: JSON, .csv, .parquet or .arrow; unset: the model's input example",
  }),
  compare: option(text("MODEL|URL"), {
    group: "Load",
    help: "another model or server, which takes turns with the first",
  }),
} as const;
