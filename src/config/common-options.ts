import { option } from "./option.js";
import { FILE, SWITCH } from "./value-types.js";

/** Options of every command. */
export const COMMON_OPTIONS = {
  json: option(SWITCH, { group: "Common options", help: "print the result, and any error, as JSON", default: "false" }),
  quiet: option(SWITCH, {
    group: "Common options",
    short: "q",
    help: "print the bare result: no warnings, hints or progress",
    default: "false",
  }),
  verbose: option(SWITCH, {
    group: "Common options",
    help: "tell which files are read, and the stack of an unexpected error",
    default: "false",
  }),
  config: option(FILE, {
    group: "Common options",
    negatable: true,
    help: "read options from this file; unset: mlserve.yaml where there is one",
  }),
  printConfig: option(SWITCH, {
    group: "Common options",
    help: "show the value of each option and where it is from, and stop",
    default: "false",
  }),
} as const;
