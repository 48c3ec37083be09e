import { EXIT } from "../../../src/core/errors.js";
import { type MistakeRow, toMistakes } from "./mistake.js";

const ONE_REQUEST =
  "is for files of rows, but the input is one request in JSON. Say what the input is with --input-format csv, jsonl, " +
  "parquet or arrow";

const { usage, input, environment } = EXIT;

const ROWS: readonly MistakeRow[] = [
  // What is predicted.
  [
    "a misspelt request",
    environment,
    ["predict", "iris.tar", "-i", "requst.json"],
    '--input "requst.json": no such file or folder. Did you mean "request.json"?',
  ],
  [
    "a misspelt table",
    environment,
    ["predict", "iris.tar", "-i", "flower.csv"],
    '--input "flower.csv": no such file or folder. Did you mean "flowers.csv"?',
  ],
  [
    "a folder for a request",
    environment,
    ["predict", "iris.tar", "-i", "empty"],
    '--input "empty": is a folder. Name a file in it',
  ],
  [
    "nothing on standard input",
    input,
    ["predict", "iris.tar"],
    "standard input: is empty: expected a request body in JSON. Name a file with --input",
  ],
  [
    "an empty request",
    input,
    ["predict", "iris.tar", "-i", "empty.json"],
    '--input "empty.json": is empty: expected a request body in JSON',
  ],
  ["an empty table", input, ["predict", "iris.tar", "-i", "empty.csv"], "expected a header line, got an empty CSV"],
  [
    "a request that is no JSON",
    input,
    ["predict", "iris.tar", "-i", "notes.txt"],
    "not valid JSON at line 1, column 1: expected a value",
  ],
  [
    "half a request on standard input",
    input,
    ["predict", "iris.tar"],
    "not valid JSON at line 1, column 10: expected ':', found the end of the text",
    { stdin: '{"inputs"' },
  ],
  ["a request in Latin-1", input, ["predict", "iris.tar", "-i", "latin.json"], "the body is not valid UTF-8"],
  [
    "a request without data",
    input,
    ["predict", "iris.tar", "-i", "other.json"],
    "expected exactly one of dataframe_split, dataframe_records, inputs, instances in the body, got none of them",
  ],
  [
    "a table without columns of the model",
    input,
    ["predict", "iris.tar", "-i", "header.csv"],
    'missing columns "sepal width (cm)", "petal length (cm)", "petal width (cm)". The signature requires every one of them',
  ],
  [
    "an answer over the request",
    usage,
    ["predict", "iris.tar", "-i", "request.json", "-o", "./request.json"],
    '--output "./request.json": is the input, which would be overwritten. Name another file',
  ],
  [
    "scored rows over the table",
    usage,
    ["predict", "iris.tar", "-i", "flowers.csv", "-o", "flowers.csv"],
    '--output "flowers.csv": is the input, which would be overwritten. Name another file',
  ],
  [
    "an answer over the model",
    usage,
    ["predict", "iris.tar", "-i", "request.json", "-o", "iris.tar"],
    '--output "iris.tar": is the model, which would be overwritten. Name another file',
  ],
  [
    "an answer in a folder that is not there",
    environment,
    ["predict", "iris.tar", "-i", "request.json", "-o", "nowhere/a.json"],
    'writing "a.json": its folder does not exist. Make the folder first',
  ],
  [
    "a folder for an answer",
    environment,
    ["predict", "iris.tar", "-i", "request.json", "-o", "empty"],
    'writing "empty": is a folder: name a file in it',
  ],
  [
    "a spreadsheet of scored rows",
    usage,
    ["predict", "iris.tar", "-i", "flowers.csv", "-o", "out.xlsx"],
    'output "out.xlsx": the ending of its name does not tell its format. Name it .csv, .jsonl, .parquet, .arrow, .arrows, or say what it is with --output-format',
  ],
  [
    "columns of a request to keep",
    usage,
    ["predict", "iris.tar", "-i", "request.json", "--keep-columns", "id"],
    `--keep-columns: ${ONE_REQUEST}`,
  ],
  [
    "an answer in CSV",
    usage,
    ["predict", "iris.tar", "-i", "request.json", "--output-format", "csv"],
    `--output-format: ${ONE_REQUEST}`,
  ],
  [
    "bad rows of a request",
    usage,
    ["predict", "iris.tar", "-i", "request.json", "--on-error", "skip"],
    `--on-error: ${ONE_REQUEST}`,
  ],
  [
    "a misspelt column to keep",
    usage,
    ["predict", "iris.tar", "-i", "flowers.csv", "--keep-columns", "sepal lenght (cm)"],
    'the input has no column "sepal lenght (cm)" to keep. Did you mean "sepal length (cm)"?',
  ],
  // What is tested.
  [
    "misspelt cases",
    environment,
    ["test", "iris.tar", "--cases", "case.jsonl"],
    '--cases "case.jsonl": no such file or folder. Did you mean "cases.jsonl"?',
  ],
  [
    "cases with a misspelt key",
    usage,
    ["test", "iris.tar", "--cases", "cases.jsonl"],
    'cases.jsonl: line 1: unknown key "expct". Did you mean expect?',
  ],
  [
    "cases that are none",
    usage,
    ["test", "iris.tar", "--cases", "flowers.csv"],
    "flowers.csv: line 1: not a JSON object on one line",
  ],
  // The configuration file.
  [
    "a configuration that is not there",
    usage,
    ["serve", "iris.tar", "--config", "kye.yaml"],
    'kye.yaml: no such file. Did you mean "key.yaml"?',
  ],
  ["a folder for a configuration", usage, ["serve", "iris.tar", "--config", "empty"], "empty: expected a file"],
  [
    "a misspelt key",
    usage,
    ["serve", "iris.tar", "--config", "key.yaml"],
    'key.yaml: line 1: unknown key "portt". Did you mean port?',
  ],
  [
    "a misspelt section",
    usage,
    ["serve", "iris.tar", "--config", "section.yaml"],
    'section.yaml: line 1: unknown key "srve". Did you mean serve?',
  ],
  [
    "a key of other commands",
    usage,
    ["serve", "iris.tar", "--config", "other.yaml"],
    'other.yaml: line 2: "port" is no option of mlserve pack. It is one of serve, build-docker, build-image, dockerfile, manifest, health, doctor',
  ],
  [
    "a value that its option refuses",
    usage,
    ["serve", "iris.tar", "--config", "value.yaml"],
    "value.yaml: line 2: port: expected a whole number from 0 to 65535",
  ],
  [
    "a list for a configuration",
    usage,
    ["serve", "iris.tar", "--config", "list.yaml"],
    "list.yaml: expected a YAML mapping",
  ],
  [
    "a fault of YAML",
    usage,
    ["serve", "iris.tar", "--config", "fault.yaml"],
    "fault.yaml: line 3, column 1: the indentation is wrong",
  ],
  // The machine.
  [
    "an address of another machine",
    environment,
    ["serve", "iris.tar", "--host", "192.0.2.1"],
    "192.0.2.1:8080: this machine does not have the address. Use 127.0.0.1, or 0.0.0.0 for all addresses",
  ],
];

/** Requests, tables, cases, configuration files and addresses. */
export const INPUT_MISTAKES = toMistakes(ROWS);
