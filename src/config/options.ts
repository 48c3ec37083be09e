import { z } from "zod";
import { option } from "./option.js";
import { choice, DURATION, ENTRY, FILE, integer, listOf, PORT, SIZE, SWITCH, text } from "./value-types.js";

/*
 * Every option of every command, one line each. The key gives the flag and the variable: `maxBody` is `--max-body` and
 * `MLSERVE_MAX_BODY`. Options that several commands share stand once, so that they mean the same everywhere.
 */

const json = option(SWITCH, { help: "print the result, and any error, as JSON", default: "false" });
const verbose = option(SWITCH, { help: "print the stack of an unexpected error", default: "false" });
const requireChecksums = option(SWITCH, { help: "refuse a model without SHA256SUMS", default: "false" });
const threads = option(integer("COUNT", 1, 1024), {
  help: "threads of the runtime for one run; unset: as the model says",
});

const coercion = option(choice(["safe", "mlflow"]), {
  help: "how values are read: safe refuses what mlflow would damage silently",
  default: "safe",
});
const nonfinite = option(choice(["null", "string"]), {
  help: "how NaN and the infinities of predictions are written",
  default: "null",
});
const float32 = option(choice(["shortest", "widened"]), {
  help: "digits of float32 predictions: 0.1, or 0.10000000149011612 as MLflow writes it",
  default: "shortest",
});

/** `mlserve pack`. */
export const PACK_OPTIONS = z.object({
  output: option(FILE, {
    short: "o",
    help: "the package to write; .tar.gz compresses it; unset: the model's name with .tar",
  }),
  name: option(text("NAME"), { help: "the model's name; unset: the name of its folder or file" }),
  metadata: option(listOf(ENTRY), { help: "an entry for the metadata of MLmodel; KEY:=JSON for what is no text" }),
  inputExample: option(FILE, { help: "a request body in JSON, or a CSV table, to keep with the model and warm it up" }),
  signature: option(FILE, { help: "a JSON file with the signature's inputs, outputs or params as MLflow writes them" }),
  selfTest: option(SWITCH, { help: "do not run the model on its input example to keep the answer", default: "true" }),
  json,
  verbose,
});

/** `mlserve serve`. */
export const SERVE_OPTIONS = z.object({
  host: option(text("ADDRESS"), { help: "address to listen on; 0.0.0.0 for every network", default: "127.0.0.1" }),
  port: option(PORT, { short: "p", help: "port to listen on; 0 takes a free one", default: "8080" }),
  maxBody: option(SIZE, { help: "largest body of a request", default: "32MiB" }),
  shutdownGrace: option(DURATION, { help: "time that running requests get to finish at shutdown", default: "20s" }),
  coercion,
  nonfinite,
  float32,
  threads,
  requireChecksums,
  selfTest: option(SWITCH, { help: "refuse the model unless it answers as recorded in the package", default: "false" }),
  logLevel: option(choice(["debug", "info", "warn", "error", "silent"], "LEVEL"), {
    help: "how much to log: debug, info, warn, error or silent",
    default: "info",
  }),
  verbose,
});

/** `mlserve predict`. */
export const PREDICT_OPTIONS = z.object({
  input: option(FILE, { short: "i", help: "the request body in JSON; - reads standard input", default: "-" }),
  output: option(FILE, { short: "o", help: "where to write the answer; unset: standard output" }),
  coercion,
  nonfinite,
  float32,
  threads,
  requireChecksums,
  json,
  verbose,
});

/** `mlserve inspect`. */
export const INSPECT_OPTIONS = z.object({ requireChecksums, json, verbose });

/** `mlserve validate`. */
export const VALIDATE_OPTIONS = z.object({
  run: option(SWITCH, { help: "load the model too, run its input example and its self-test", default: "false" }),
  requireChecksums,
  json,
  verbose,
});

/** The options of each command by its name. */
export const COMMAND_OPTIONS = {
  pack: PACK_OPTIONS,
  serve: SERVE_OPTIONS,
  predict: PREDICT_OPTIONS,
  inspect: INSPECT_OPTIONS,
  validate: VALIDATE_OPTIONS,
} as const;
