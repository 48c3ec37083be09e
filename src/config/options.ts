import { z } from "zod";
import { option } from "./option.js";
import { autoOr, choice, DURATION, ENTRY, FILE, integer, listOf, PORT, SIZE, SWITCH, text } from "./value-types.js";

/*
 * Every option of every command, one line each. The key gives the flag and the variable: `maxBody` is `--max-body` and
 * `MLSERVE_MAX_BODY`. Options that several commands share stand once, so that they mean the same everywhere.
 */

const json = option(SWITCH, { help: "print the result, and any error, as JSON", default: "false" });
const verbose = option(SWITCH, { help: "print the stack of an unexpected error", default: "false" });
const requireChecksums = option(SWITCH, { help: "refuse a model without SHA256SUMS", default: "false" });
const threads = option(autoOr(integer("COUNT", 1, 1024)), {
  help: "threads of the runtime for one run; auto: by the model, the processors and the workers",
  default: "auto",
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
  isolation: option(choice(["auto", "inline", "process"]), {
    help: "where the model runs: in worker processes, or in the server's own; auto: inline if tiny",
    default: "auto",
  }),
  workers: option(autoOr(integer("COUNT", 1, 256)), {
    help: "worker processes; auto: by the processors and the model's runtime",
    default: "auto",
  }),
  threads,
  timeout: option(DURATION, {
    help: "time for one answer; a worker that is overdue is replaced; 0: any",
    default: "60s",
  }),
  loadTimeout: option(DURATION, { help: "time for a worker to load the model", default: "2m" }),
  workerMemory: option(SIZE, { help: "memory for one worker, which is replaced beyond it; unset: any" }),
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
  input: option(FILE, {
    short: "i",
    help: "a request body in JSON, or a .csv, .jsonl, .parquet or .arrow file to score; - reads standard input",
    default: "-",
  }),
  output: option(FILE, { short: "o", help: "where to write the answer or the scored file; unset: standard output" }),
  inputFormat: option(choice(["json", "csv", "jsonl", "parquet", "arrow"], "FORMAT"), {
    help: "json, csv, jsonl, parquet or arrow; unset: by the ending of the input's name",
  }),
  outputFormat: option(choice(["csv", "jsonl", "parquet", "arrow", "arrows"], "FORMAT"), {
    help: "csv, jsonl, parquet, arrow or arrows (a stream) for a scored file; unset: by the ending, else jsonl",
  }),
  onError: option(choice(["stop", "skip", "null"]), {
    help: "what becomes of a row of a file that cannot be scored",
    default: "stop",
  }),
  batchRows: option(integer("COUNT", 1, 1_000_000), {
    help: "rows of a file that the model is given at once",
    default: "10000",
  }),
  keepColumns: option(listOf(text("NAMES")), {
    help: "columns of a file to write before the predictions, such as id,name",
  }),
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
