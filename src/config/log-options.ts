import { option } from "./option.js";
import { choice, SWITCH } from "./value-types.js";

/** What a server logs: options of `mlserve serve`. */
export const LOG_OPTIONS = {
  logFormat: option(choice(["auto", "json", "pretty"], "FORMAT"), {
    group: "Log",
    help: "json, pretty, or auto: pretty on a terminal, else json",
    default: "auto",
  }),
  accessLog: option(SWITCH, { group: "Log", help: "do not log a line for each request", default: "true" }),
  logLevel: option(choice(["debug", "info", "warn", "error", "silent"], "LEVEL"), {
    group: "Log",
    help: "how much to log: debug, info, warn, error or silent",
    default: "info",
  }),
} as const;
