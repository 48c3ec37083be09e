import { EXIT } from "../../../src/core/errors.js";
import { type MistakeRow, toMistakes } from "./mistake.js";

const PACKAGE = "a package (.tar or .tar.gz), the folder of a model, or oci://NAME:TAG";
const RUNNABLE = "a package (.tar, .tar.gz), a model's folder, an .onnx file, a predict.ts, or oci://NAME:TAG";
const DURATION = "expected a time such as 250ms, 30s or 5m, up to 24 days";
const SIZE = "expected a size such as 500KB, 32MB or 1GiB";
const PORT = "expected a whole number from 0 to 65535";

const { usage } = EXIT;

const ROWS: readonly MistakeRow[] = [
  // Commands.
  ["a misspelt command", usage, ["sevre", "m"], 'unknown command "sevre". Did you mean serve? See mlserve --help'],
  ["what others call serve", usage, ["run", "m"], 'unknown command "run". Did you mean serve? See mlserve --help'],
  ["what others call pack", usage, ["build", "m"], 'unknown command "build". Did you mean pack? See mlserve --help'],
  [
    "what others call inspect",
    usage,
    ["info", "m"],
    'unknown command "info". Did you mean inspect? See mlserve --help',
  ],
  [
    "what others call predict",
    usage,
    ["score", "m"],
    'unknown command "score". Did you mean predict? See mlserve --help',
  ],
  [
    "what others call validate",
    usage,
    ["lint", "m"],
    'unknown command "lint". Did you mean validate? See mlserve --help',
  ],
  [
    "the version as a command",
    usage,
    ["version"],
    'unknown command "version". Did you mean --version? See mlserve --help',
  ],
  ["a command that is like no other", usage, ["zzz"], 'unknown command "zzz". See mlserve --help'],
  [
    "the help of a misspelt command",
    usage,
    ["help", "servee"],
    'unknown command "servee". Did you mean serve? See mlserve --help',
  ],
  [
    "a model without a command",
    usage,
    ["iris.tar"],
    'unknown command "iris.tar". Say what to do with it: mlserve serve iris.tar',
  ],
  [
    "a command behind its model",
    usage,
    ["iris.tar", "serve"],
    'unknown command "iris.tar". The command comes first: mlserve serve iris.tar',
  ],
  [
    "an option before the command",
    usage,
    ["--port", "80", "serve", "my model.tar"],
    `unknown option "--port". The command comes first: mlserve serve --port 80 'my model.tar'`,
  ],
  ["an empty command", usage, [""], 'unknown command "". See mlserve --help'],
  ["an unknown flag of the program", usage, ["--prot"], 'unknown option "--prot". See mlserve --help'],
  ["a small v", usage, ["-v"], 'unknown option "-v". Did you mean -V? See mlserve --help'],
  // Flags.
  [
    "a misspelt flag",
    usage,
    ["serve", "m", "--prot", "1"],
    'unknown option "--prot". Did you mean --port? See mlserve serve --help',
  ],
  ["a flag that is like no other", usage, ["pack", "m", "--zzz"], 'unknown option "--zzz". See mlserve pack --help'],
  ["a letter that is no flag", usage, ["pack", "m", "-z"], 'unknown option "-z". See mlserve pack --help'],
  [
    "a flag written with _",
    usage,
    ["serve", "m", "--max_body", "1MB"],
    'unknown option "--max_body". Did you mean --max-body? See mlserve serve --help',
  ],
  [
    "a flag run together",
    usage,
    ["serve", "m", "--maxbody=1MB"],
    'unknown option "--maxbody". Did you mean --max-body? See mlserve serve --help',
  ],
  [
    "a long flag with one dash",
    usage,
    ["serve", "m", "-port", "80"],
    "expected <model>, got 2 arguments. Did you mean --port? See mlserve serve --help",
  ],
  [
    "a flag of other commands",
    usage,
    ["pack", "m", "--port", "80"],
    'unknown option "--port". It is an option of mlserve serve, build-docker, build-image, dockerfile, manifest, health, doctor. See mlserve pack --help',
  ],
  [
    "the version of a command",
    usage,
    ["pack", "--version"],
    'unknown option "--version". mlserve --version prints the version. See mlserve pack --help',
  ],
  [
    "a value for a switch",
    usage,
    ["serve", "m", "--self-test=no"],
    "--self-test: takes no value. Write --self-test or --no-self-test",
  ],
  ["a flag without its value", usage, ["serve", "m", "--port"], `--port: the value is missing: ${PORT}`],
  [
    "a flag without its text",
    usage,
    ["pack", "m", "-o"],
    "--output: the value is missing: expected the name of a file",
  ],
  ["an empty value", usage, ["pack", "m", "--name", ""], "--name: expected a text that is not empty"],
  [
    "flags that contradict each other",
    usage,
    ["inspect", "m", "-q", "--verbose"],
    "--quiet and --verbose: contradict each other. Give one of them",
  ],
  [
    "a flag that contradicts a variable",
    usage,
    ["inspect", "m", "-q"],
    "--quiet and MLSERVE_VERBOSE: contradict each other. Give one of them",
    { environment: { MLSERVE_VERBOSE: "1" } },
  ],
  // Arguments.
  ["no model", usage, ["inspect"], `missing argument <model>. Expected ${PACKAGE}. See mlserve inspect --help`],
  [
    "no model, but options",
    usage,
    ["serve", "--port", "8080"],
    `missing argument <model>. Expected ${RUNNABLE}. See mlserve serve --help`,
  ],
  [
    "one model to compare",
    usage,
    ["diff", "a"],
    `missing argument <after>. Expected ${PACKAGE}. See mlserve diff --help`,
  ],
  [
    "no shell",
    usage,
    ["completion"],
    "missing argument <shell>. Expected bash, zsh or fish. See mlserve completion --help",
  ],
  [
    "an empty model",
    usage,
    ["serve", ""],
    `<model>: is an empty text. Expected ${RUNNABLE}; is a variable of the shell unset?`,
  ],
  [
    "an empty second model",
    usage,
    ["diff", "a", " "],
    `<after>: is an empty text. Expected ${PACKAGE}; is a variable of the shell unset?`,
  ],
  ["two models", usage, ["inspect", "a", "b"], "expected <model>, got 2 arguments. See mlserve inspect --help"],
  [
    "three models",
    usage,
    ["diff", "a", "b", "c"],
    "expected <before> <after>, got 3 arguments. See mlserve diff --help",
  ],
  ["a model for doctor", usage, ["doctor", "m"], "expected no arguments, got 1 argument. See mlserve doctor --help"],
  [
    "a shell that is not known",
    usage,
    ["completion", "powershell"],
    'there is no completion for "powershell": expected one of bash, zsh, fish',
  ],
  [
    "a misspelt shell",
    usage,
    ["completion", "basj"],
    'there is no completion for "basj": expected one of bash, zsh, fish. Did you mean bash?',
  ],
  // Values.
  ["a port by its name", usage, ["serve", "m", "--port", "http"], `--port: ${PORT}`],
  ["a port beyond all", usage, ["serve", "m", "-p", "99999"], `--port: ${PORT}`],
  ["a negative port", usage, ["serve", "m", "--port", "-1"], `--port: ${PORT}`],
  ["a time without a sense", usage, ["serve", "m", "--timeout", "5x"], `--timeout: ${DURATION}`],
  ["a negative time", usage, ["serve", "m", "--timeout=-5s"], `--timeout: ${DURATION}`],
  ["a size without a sense", usage, ["serve", "m", "--max-body", "huge"], `--max-body: ${SIZE}`],
  ["a size in a unit that there is not", usage, ["serve", "m", "--max-body", "10ZB"], `--max-body: ${SIZE}`],
  [
    "room for one body alone",
    usage,
    ["serve", "m", "--max-body", "10MB", "--body-memory", "19MB"],
    "--body-memory: expected at least twice as much as --max-body",
  ],
  ["no workers", usage, ["serve", "m", "--workers", "0"], "--workers: expected a whole number from 1 to 256, or auto"],
  [
    "workers in words",
    usage,
    ["serve", "m", "--workers", "many"],
    "--workers: expected a whole number from 1 to 256, or auto",
  ],
  [
    "a misspelt choice",
    usage,
    ["serve", "m", "--isolation", "proces"],
    "--isolation: expected one of auto, inline, process. Did you mean process?",
  ],
  [
    "a choice in capitals",
    usage,
    ["serve", "m", "--log-level", "DEBUG"],
    "--log-level: expected one of debug, info, warn, error, silent. Did you mean debug?",
  ],
  [
    "a choice that there is not",
    usage,
    ["serve", "m", "--log-level", "verbose"],
    "--log-level: expected one of debug, info, warn, error, silent",
  ],
  ["no rows", usage, ["predict", "m", "--batch-rows", "0"], "--batch-rows: expected a whole number from 1 to 1000000"],
  ["metadata without a key", usage, ["pack", "m", "--metadata", "=x"], "--metadata: expected KEY=TEXT, or KEY:=JSON"],
  [
    "metadata that is no JSON",
    usage,
    ["pack", "m", "--metadata", "a:={"],
    "--metadata: expected KEY=TEXT, or KEY:=JSON",
  ],
  [
    "metadata given twice",
    usage,
    ["pack", "m", "--metadata", "a=1", "--metadata", "a=2"],
    "--metadata: a key is given twice",
  ],
  // Variables.
  [
    "a variable with a bad time",
    usage,
    ["serve", "m"],
    `MLSERVE_SHUTDOWN_GRACE: ${DURATION}`,
    { environment: { MLSERVE_SHUTDOWN_GRACE: "later" } },
  ],
  [
    "a variable with a bad switch",
    usage,
    ["serve", "m"],
    "MLSERVE_SELF_TEST: expected true or false",
    { environment: { MLSERVE_SELF_TEST: "maybe" } },
  ],
  [
    "a date of the sources in words",
    usage,
    ["pack", "iris"],
    "SOURCE_DATE_EPOCH: expected whole seconds since 1970",
    { environment: { SOURCE_DATE_EPOCH: "today" } },
  ],
];

/** What the parser, and the types of the options, refuse. */
export const COMMAND_LINE_MISTAKES = toMistakes(ROWS);
