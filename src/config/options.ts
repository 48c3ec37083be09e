import { z } from "zod";
import { ACCESS_OPTIONS } from "./access-options.js";
import { COMMON_OPTIONS as COMMON } from "./common-options.js";
import { FLAVOR_OPTIONS } from "./flavor-options.js";
import {
  BUILD_OPTIONS,
  IMAGE_OPTIONS,
  MANIFEST_DETAILS,
  PULL_OPTIONS as PULLING,
  PUSH_OPTIONS as PUSHING,
  WRITE_IMAGE_OPTIONS,
} from "./image-options.js";
import { JOINING_OPTIONS } from "./joining-options.js";
import { LIMIT_OPTIONS } from "./limit-options.js";
import { LOAD_OPTIONS } from "./load-options.js";
import { LOG_OPTIONS } from "./log-options.js";
import { option } from "./option.js";
import { drainDelay, host, port, shutdownGrace } from "./server-options.js";
import { CHECK_OPTIONS, SIGNING_OPTIONS } from "./trust-options.js";
import { VALUE_OPTIONS } from "./value-options.js";
import { autoOr, choice, DURATION, ENTRY, FILE, integer, listOf, SWITCH, text } from "./value-types.js";
import { loadTimeout, WORKER_OPTIONS } from "./worker-options.js";

/*
 * Every option of every command, one line each. The key gives the flag and the variable: `maxBody` is `--max-body` and
 * `MLSERVE_MAX_BODY`. Options that several commands share stand once, so that they mean the same everywhere.
 */

const { flavor, useFlavor } = FLAVOR_OPTIONS;

const threads = option(autoOr(integer("COUNT", 1, 1024)), {
  group: "Model",
  help: "threads of the runtime for one run; auto: by the model, the processors and the workers",
  default: "auto",
});

/** Of every command that runs a model in its own process. */
const RUN_ONCE = {
  ...VALUE_OPTIONS,
  threads,
  flavor,
  useFlavor,
  loadTimeout,
  ...CHECK_OPTIONS,
  ...COMMON,
};

/** `mlserve pack`. */
export const PACK_OPTIONS = z.object({
  output: option(FILE, {
    group: "Input and output",
    short: "o",
    help: "the package to write; .tar.gz compresses it; unset: the model's name with .tar",
  }),
  name: option(text("NAME"), {
    group: "Input and output",
    help: "the model's name; unset: the name of its folder or file",
  }),
  metadata: option(listOf(ENTRY), {
    group: "Model",
    help: "an entry for the metadata of MLmodel; KEY:=JSON for what is no text",
  }),
  inputExample: option(FILE, {
    group: "Input and output",
    help: "a request body in JSON, or a CSV table, to keep with the model and warm it up",
  }),
  signature: option(FILE, {
    group: "Input and output",
    help: "a JSON file with the signature's inputs, outputs or params as MLflow writes them",
  }),
  selfTest: option(SWITCH, {
    group: "Model",
    help: "do not run the model on its input example to keep the answer",
    default: "true",
  }),
  flavor: option(listOf(text("NAME|FILE")), {
    group: "Model",
    runsCode: true,
    help: "what to pack it as, where its files fit several flavors; or a module of your own",
  }),
  useFlavor,
  loadTimeout,
  ...COMMON,
});

/** `mlserve serve`. */
export const SERVE_OPTIONS = z.object({
  host,
  port,
  watch: option(SWITCH, { group: "Server", help: "load the model again when its files change", default: "false" }),
  drainDelay: drainDelay("0s"),
  shutdownGrace,
  flavor,
  useFlavor,
  timeout: option(DURATION, {
    group: "Server",
    help: "time for one answer; a worker that is overdue is replaced; 0: any",
    default: "60s",
  }),
  ...LIMIT_OPTIONS,
  ...ACCESS_OPTIONS,
  ...WORKER_OPTIONS,
  ...JOINING_OPTIONS,
  ...VALUE_OPTIONS,
  threads,
  ...CHECK_OPTIONS,
  selfTest: option(SWITCH, {
    group: "Model",
    help: "refuse the model unless it answers as recorded in the package",
    default: "false",
  }),
  serverTiming: option(SWITCH, { group: "Server", help: "answer with a Server-Timing header", default: "false" }),
  ...LOG_OPTIONS,
  ...COMMON,
});

/** `mlserve predict`. */
export const PREDICT_OPTIONS = z.object({
  input: option(FILE, {
    group: "Input and output",
    short: "i",
    help: "a request body in JSON, or a .csv, .jsonl, .parquet or .arrow file to score; - reads standard input",
    default: "-",
  }),
  output: option(FILE, {
    group: "Input and output",
    short: "o",
    help: "where to write the answer or the scored file; unset: standard output",
  }),
  inputFormat: option(choice(["json", "csv", "jsonl", "parquet", "arrow"], "FORMAT"), {
    group: "Input and output",
    help: "json, csv, jsonl, parquet or arrow; unset: by the ending of the input's name",
  }),
  outputFormat: option(choice(["csv", "jsonl", "parquet", "arrow", "arrows"], "FORMAT"), {
    group: "Input and output",
    help: "csv, jsonl, parquet, arrow or arrows (a stream) for a scored file; unset: by the ending, else jsonl",
  }),
  onError: option(choice(["stop", "skip", "null"], "ACTION"), {
    group: "Rows of a file",
    help: "what becomes of a row that cannot be scored: stop, skip or null",
    default: "stop",
  }),
  batchRows: option(integer("COUNT", 1, 1_000_000), {
    group: "Rows of a file",
    help: "rows that the model is given at once",
    default: "10000",
  }),
  keepColumns: option(listOf(text("NAMES")), {
    group: "Rows of a file",
    help: "columns to write before the predictions, such as id,name",
  }),
  timeout: option(DURATION, {
    group: "Model",
    help: "time for the answer to a request in JSON; 0: any",
    default: "10m",
  }),
  ...RUN_ONCE,
});

/** `mlserve inspect`. */
export const INSPECT_OPTIONS = z.object({ flavor, useFlavor, ...CHECK_OPTIONS, ...COMMON });

/** `mlserve validate`. */
export const VALIDATE_OPTIONS = z.object({
  run: option(SWITCH, {
    group: "Model",
    help: "load the model too, run its input example and its self-test",
    default: "false",
  }),
  flavor,
  useFlavor,
  loadTimeout,
  ...CHECK_OPTIONS,
  ...COMMON,
});

/** `mlserve test`. */
export const TEST_OPTIONS = z.object({
  cases: option(listOf(FILE), {
    group: "Input and output",
    short: "c",
    help: "a file of requests and their answers, one JSON object a line",
  }),
  ...RUN_ONCE,
});

/** `mlserve diff`. */
export const DIFF_OPTIONS = z.object({
  run: option(SWITCH, {
    group: "Model",
    help: "do not run the models to compare their predictions",
    default: "true",
  }),
  exitCode: option(SWITCH, {
    group: "Input and output",
    help: "end with exit code 1 where the models differ",
    default: "false",
  }),
  flavor,
  useFlavor,
  loadTimeout,
  ...CHECK_OPTIONS,
  ...COMMON,
});

/** `mlserve init`. */
export const INIT_OPTIONS = z.object({
  template: option(choice(["function", "onnx", "tfjs"], "NAME"), {
    short: "t",
    help: "what to start with: function (in TypeScript), onnx or tfjs",
    default: "function",
  }),
  ...COMMON,
});

/** `mlserve bench`. */
export const BENCH_OPTIONS = z.object({
  ...LOAD_OPTIONS,
  processes: WORKER_OPTIONS.processes,
  isolation: WORKER_OPTIONS.isolation,
  workers: WORKER_OPTIONS.workers,
  loadTimeout,
  threads,
  flavor,
  useFlavor,
  ...CHECK_OPTIONS,
  ...COMMON,
});

/** `mlserve doctor`. */
export const DOCTOR_OPTIONS = z.object({ host, port, ...COMMON });

/** `mlserve completion`. */
export const COMPLETION_OPTIONS = z.object({ ...COMMON });

/** Of every command that takes a model to put it somewhere. */
const TAKE_MODEL = { useFlavor, loadTimeout, ...CHECK_OPTIONS };

/** `mlserve dockerfile`. */
export const DOCKERFILE_OPTIONS = z.object({ ...IMAGE_OPTIONS, ...TAKE_MODEL, ...COMMON });
/** `mlserve build-docker`. */
export const BUILD_DOCKER_OPTIONS = z.object({ ...BUILD_OPTIONS, ...IMAGE_OPTIONS, ...TAKE_MODEL, ...COMMON });
/** `mlserve build-image`. */
export const BUILD_IMAGE_OPTIONS = z.object({ ...WRITE_IMAGE_OPTIONS, ...TAKE_MODEL, ...COMMON });
/** `mlserve manifest`. Endpoints take a moment to hear that a container is about to leave: a drain delay by default. */
export const MANIFEST_OPTIONS = z.object({
  ...MANIFEST_DETAILS,
  port: IMAGE_OPTIONS.port,
  user: IMAGE_OPTIONS.user,
  env: IMAGE_OPTIONS.env,
  drainDelay: drainDelay("5s"),
  shutdownGrace,
  ...TAKE_MODEL,
  ...COMMON,
});
/** `mlserve health`. */
export const HEALTH_OPTIONS = z.object({
  host,
  port,
  tlsCert: ACCESS_OPTIONS.tlsCert,
  allowedHosts: ACCESS_OPTIONS.allowedHosts,
  timeout: option(DURATION, { group: "Server", help: "time for the answer", default: "3s" }),
  ...COMMON,
});

/** `mlserve push`. */
export const PUSH_OPTIONS = z.object({ ...PUSHING, ...TAKE_MODEL, ...COMMON });
/** `mlserve pull`. */
export const PULL_OPTIONS = z.object({ ...PULLING, ...CHECK_OPTIONS, ...COMMON });

export const SIGN_OPTIONS = z.object({ ...SIGNING_OPTIONS, ...COMMON });
export const VERIFY_OPTIONS = z.object({ ...CHECK_OPTIONS, ...COMMON });
export const KEYGEN_OPTIONS = z.object({ ...COMMON });

/** The options of each command by its name. */
export const COMMAND_OPTIONS = {
  init: INIT_OPTIONS,
  pack: PACK_OPTIONS,
  serve: SERVE_OPTIONS,
  predict: PREDICT_OPTIONS,
  inspect: INSPECT_OPTIONS,
  validate: VALIDATE_OPTIONS,
  test: TEST_OPTIONS,
  diff: DIFF_OPTIONS,
  bench: BENCH_OPTIONS,
  "build-docker": BUILD_DOCKER_OPTIONS,
  "build-image": BUILD_IMAGE_OPTIONS,
  dockerfile: DOCKERFILE_OPTIONS,
  manifest: MANIFEST_OPTIONS,
  health: HEALTH_OPTIONS,
  push: PUSH_OPTIONS,
  pull: PULL_OPTIONS,
  sign: SIGN_OPTIONS,
  verify: VERIFY_OPTIONS,
  keygen: KEYGEN_OPTIONS,
  doctor: DOCTOR_OPTIONS,
  completion: COMPLETION_OPTIONS,
} as const;
