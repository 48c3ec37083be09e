import { basename } from "node:path";
import { COERCIONS } from "../codec/decode/coercion.js";
import { compileReferenceDecoder } from "../codec/decode/reference.js";
import { isUnwrapped } from "../codec/decode/unwrapped.js";
import { WRAPPED_FORMS } from "../core/batch.js";
import { MlserveError, quoteName } from "../core/errors.js";
import { type JsonObject, type JsonValue, parseJson } from "../core/json.js";
import { fileSystemError } from "../format/file-system-error.js";
import type { ContentSource } from "../format/package-writer.js";
import { formatPythonJson } from "../format/python-json.js";
import type { Signature } from "../format/signature.js";
import { inferColumns } from "./infer-columns.js";
import { readCsvFrame } from "./read-csv-frame.js";
import { readSmallFile } from "./read-small-file.js";

/** An input example as MLflow keeps it: two files, and what the MLmodel file says of them. */
export interface InputExample {
  readonly files: readonly ContentSource[];
  /** `saved_input_example_info`. */
  readonly info: Readonly<Record<string, string>>;
  /** What the example fits: the one that was given, or its columns. */
  readonly signature: Signature;
  readonly inferred: boolean;
}

const EXAMPLE_FILE = "input_example.json";
const SERVING_FILE = "serving_input_example.json";

/**
 * Reads an example from a file: the body of a scoring request, the data that would stand in one, or a CSV table.
 *
 * With `infer`, the columns of a table become the inputs of the signature. Throws `invalid_json`, and what a request would
 * get when the signature does not take it.
 */
export async function readInputExample(
  path: string,
  signature: Signature,
  { infer = false }: { readonly infer?: boolean } = {},
): Promise<InputExample> {
  const where = exampleName(path);
  try {
    const value = readValue(path, await readSmallFile(path));
    const table = infer ? findTable(value) : undefined;
    const known = table === undefined ? signature : { ...signature, inputs: inferColumns(table) };
    return { ...toExample(value, known), signature: known, inferred: table !== undefined };
  } catch (error) {
    if (error instanceof MlserveError) throw new MlserveError(error.kind, error.message, { where, cause: error });
    throw fileSystemError(error, where);
  }
}

/** What to call an example in an error. */
export function exampleName(path: string): string {
  return `input example ${quoteName(basename(path))}`;
}

function readValue(path: string, content: Uint8Array): JsonValue {
  if (!/\.csv$/i.test(path)) return parseJson(content, { nonFinite: true });
  return new Map([["dataframe_split", readCsvFrame(content)]]);
}

function findTable(value: JsonValue): JsonObject | undefined {
  if (value instanceof Map && value.has("dataframe_split")) return asFrame(value.get("dataframe_split") ?? null);
  if (value instanceof Map && value.has("dataframe_records"))
    return splitRecords(asRecords(value.get("dataframe_records") ?? null));
  if (isRecords(value)) return splitRecords(value);
  return isFrame(value) ? value : undefined;
}

function toExample(value: JsonValue, signature: Signature): Pick<InputExample, "files" | "info"> {
  const parts = readParts(value, signature);
  const serving = Buffer.from(formatPythonJson(parts.serving, 2));
  checkAgainst(signature, serving);
  const example = Buffer.from(formatPythonJson(parts.example));
  const files = [
    { name: EXAMPLE_FILE, content: example },
    { name: SERVING_FILE, content: serving },
  ];
  return { files, info: { artifact_path: EXAMPLE_FILE, serving_input_path: SERVING_FILE, ...parts.info } };
}

interface ExampleParts {
  readonly example: JsonValue;
  /** A request's body. */
  readonly serving: JsonValue;
  readonly info: Readonly<Record<string, string>>;
}

const FRAME_INFO = { type: "dataframe", pandas_orient: "split" };

function readParts(value: JsonValue, signature: Signature): ExampleParts {
  if (!(value instanceof Map)) return toParts(value, undefined, signature);
  const params = value.get("params");
  const forms = WRAPPED_FORMS.filter((form) => value.has(form));
  const [form] = forms;
  if (form === undefined) return toParts(value, undefined, signature);
  if (forms.length > 1) throw new MlserveError("invalid_body", `has ${forms.join(" and ")}: expected one of them`);
  const data = value.get(form) ?? null;
  if (form === "dataframe_records") return frameParts(splitRecords(asRecords(data)), params);
  if (form === "dataframe_split") return frameParts(asFrame(data), params);
  return { ...toParts(data, params, signature, "value"), serving: value };
}

/** Data alone: a table where it looks like one, else what `inputs` takes. */
function toParts(data: JsonValue, params: JsonValue | undefined, signature: Signature, as?: "value"): ExampleParts {
  const table = as === undefined && signature.inputs?.kind !== "tensors";
  if (table && isFrame(data)) return frameParts(data, params);
  if (table && isRecords(data)) return frameParts(splitRecords(data), params);
  const type = signature.inputs?.kind === "tensors" ? "ndarray" : "json_object";
  // MLflow takes these for the bodies of chat models, which have no key around them.
  const unwrapped = data instanceof Map && isUnwrapped(data);
  return withParams({ example: data, serving: unwrapped ? data : new Map([["inputs", data]]), info: { type } }, params);
}

function frameParts(frame: JsonObject, params: JsonValue | undefined): ExampleParts {
  return withParams({ example: frame, serving: new Map([["dataframe_split", frame]]), info: FRAME_INFO }, params);
}

function withParams({ example, serving, info }: ExampleParts, params: JsonValue | undefined): ExampleParts {
  if (params === undefined || !(serving instanceof Map)) return { example, serving, info };
  const both = (key: string, value: JsonValue): JsonObject =>
    new Map([
      [key, value],
      ["params", params],
    ]);
  return {
    example: both("inputs", example),
    serving: new Map([...serving, ["params", params]]),
    info: { ...info, params: "true" },
  };
}

function isFrame(data: JsonValue): data is JsonObject {
  return data instanceof Map && Array.isArray(data.get("columns")) && Array.isArray(data.get("data"));
}

function asFrame(data: JsonValue): JsonObject {
  if (!isFrame(data)) throw new MlserveError("invalid_body", "expected columns and data", { where: "dataframe_split" });
  // An index is never kept.
  return new Map(["columns", "data"].map((key) => [key, data.get(key) ?? null]));
}

function isRecords(data: JsonValue): data is JsonObject[] {
  return Array.isArray(data) && data.length > 0 && data.every((row) => row instanceof Map);
}

function asRecords(data: JsonValue): JsonObject[] {
  if (!isRecords(data))
    throw new MlserveError("invalid_body", "expected a list of objects", { where: "dataframe_records" });
  return data;
}

/** Columns in the order in which they first come; a cell that a record lacks is null. */
function splitRecords(records: readonly JsonObject[]): JsonObject {
  const columns = [...new Set(records.flatMap((record) => [...record.keys()]))];
  const rows = records.map((record): JsonValue => columns.map((column) => record.get(column) ?? null));
  return new Map<string, JsonValue>([
    ["columns", columns],
    ["data", rows],
  ]);
}

/** What would be refused when it is sent had better be refused now. */
function checkAgainst(signature: Signature, serving: Uint8Array): void {
  if (signature.inputs === undefined) return;
  compileReferenceDecoder(signature, { unsigned: "arrays", coercion: COERCIONS.mlflow })(serving);
}
