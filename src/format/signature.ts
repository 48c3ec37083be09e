import { MlserveError, quoteName } from "../core/errors.js";
import { type JsonValue, parseJsonText, toPlain } from "../core/json.js";
import type { DType } from "../core/tensor.js";
import { parseDType } from "./numpy-dtypes.js";

/** The scalar column types of MLflow's signatures. */
export const SCALAR_TYPES = ["boolean", "integer", "long", "float", "double", "string", "binary", "datetime"] as const;
/**
 * The name of a scalar column type. {@link DType} says what holds its values: `long` is `int64`, `double` is `float64`.
 *
 * @useDeclaredType
 */
export type ScalarType = (typeof SCALAR_TYPES)[number];

/** The element type that holds each scalar column type. A `string` column may also hold what is no string. */
export const COLUMN_DTYPES = {
  boolean: "bool",
  integer: "int32",
  long: "int64",
  float: "float32",
  double: "float64",
  string: "string",
  binary: "binary",
  datetime: "datetime",
} as const satisfies Record<ScalarType, DType>;

/** What a column, an item or a property holds. */
export type DataType =
  | { readonly kind: "scalar"; readonly type: ScalarType }
  | { readonly kind: "array"; readonly items: DataType }
  | { readonly kind: "object"; readonly properties: readonly Property[] }
  | { readonly kind: "map"; readonly values: DataType }
  | { readonly kind: "any" }
  | { readonly kind: "sparkml_vector" };

/** A property of an `object`. */
export interface Property {
  readonly name: string;
  readonly type: DataType;
  readonly required: boolean;
}

/** One column of a table. */
export interface ColumnSpec {
  /** Absent in a signature whose columns go by their position. */
  readonly name?: string;
  /** What its values are. */
  readonly type: DataType;
  /** Must every request have it? */
  readonly required: boolean;
}

/** One tensor. */
export interface TensorSpec {
  /** Absent in a signature of exactly one tensor that has no name. */
  readonly name?: string;
  /** What its elements are. */
  readonly dtype: DType;
  /** The length of each dimension; -1 is one of any length. */
  readonly shape: readonly number[];
}

/** What a table or tensors have to look like. */
export type Schema = ColumnsSchema | TensorsSchema;

/** A table of named columns, or of columns by position. */
export interface ColumnsSchema {
  readonly kind: "columns";
  readonly columns: readonly ColumnSpec[];
}

/** Tensors by name, or one without a name. */
export interface TensorsSchema {
  readonly kind: "tensors";
  readonly tensors: readonly TensorSpec[];
}

/** One entry of a request's `params`. */
export interface ParamSpec {
  readonly name: string;
  /** What its value, or each item of it, is. */
  readonly type: DataType;
  /** The value where a request says none. */
  readonly default: unknown;
  /** true for `shape: [-1]`: a flat list of the type. */
  readonly list: boolean;
}

/** What a model takes and gives. A part that is undefined is unchecked. */
export interface Signature {
  /** What a request has to hold. */
  readonly inputs: Schema | undefined;
  /** What the answer holds. */
  readonly outputs: Schema | undefined;
  /** What `params` of a request may hold. */
  readonly params: readonly ParamSpec[] | undefined;
  /**
   * Was it taken from a type hint of the model's function, `is_signature_from_type_hint` in the MLmodel file? The value
   * of `inputs` then goes to the function as a list, and other forms are refused.
   */
  readonly fromTypeHint?: boolean;
}

export const NO_SIGNATURE: Signature = { inputs: undefined, outputs: undefined, params: undefined };

/**
 * Reads the `signature` of an MLmodel file: `inputs`, `outputs` and `params`, each a JSON text or null.
 *
 * Throws `invalid_descriptor` naming the part that is wrong.
 */
export function parseSignature(raw: { inputs?: unknown; outputs?: unknown; params?: unknown }): Signature {
  return {
    inputs: parsePart(raw.inputs, "signature.inputs", parseSchema),
    outputs: parsePart(raw.outputs, "signature.outputs", parseSchema),
    params: parsePart(raw.params, "signature.params", (specs, where) =>
      specs.map((spec, i) => parseParam(spec, `${where}[${i}]`)),
    ),
  };
}

function parsePart<T>(
  text: unknown,
  where: string,
  parse: (specs: readonly JsonValue[], where: string) => T,
): T | undefined {
  if (text === undefined || text === null) return undefined;
  if (typeof text !== "string") throw refusal(where, "expected a JSON text or null");
  let specs: JsonValue;
  try {
    specs = parseJsonText(text);
  } catch (cause) {
    throw refusal(where, "not valid JSON", cause);
  }
  if (!Array.isArray(specs)) throw refusal(where, "expected a JSON list");
  return parse(specs, where);
}

function parseSchema(specs: readonly JsonValue[], where: string): Schema {
  if (specs.length === 0) throw refusal(where, "expected at least one column or tensor");
  const entries = specs.map((spec, i) => asMap(spec, `${where}[${i}]`));
  const tensors = entries.filter((entry) => entry.get("type") === "tensor").length;
  if (tensors !== 0 && tensors !== entries.length) throw refusal(where, "mixes tensors with columns");
  checkNames(entries, where);
  if (tensors === 0)
    return { kind: "columns", columns: entries.map((entry, i) => parseColumn(entry, `${where}[${i}]`)) };
  if (tensors > 1 && !entries[0]?.has("name")) throw refusal(where, "several tensors need names");
  return { kind: "tensors", tensors: entries.map((entry, i) => parseTensor(entry, `${where}[${i}]`)) };
}

function checkNames(entries: readonly JsonMap[], where: string): void {
  const names = entries.map((entry) => entry.get("name")).filter((name) => name !== undefined && name !== null);
  if (names.length !== 0 && names.length !== entries.length)
    throw refusal(where, "either all entries have a name or none");
  for (const name of names) if (typeof name !== "string") throw refusal(where, "a name must be a string");
  const seen = new Set<JsonValue>();
  const repeated = names.find((name) => seen.has(name) || !seen.add(name));
  if (repeated !== undefined) throw refusal(where, `the name ${quoteName(String(repeated))} stands twice`);
}

type JsonMap = ReadonlyMap<string, JsonValue>;

function asMap(value: JsonValue | undefined, where: string): JsonMap {
  if (!(value instanceof Map)) throw refusal(where, "expected a JSON object");
  return value;
}

function parseColumn(entry: JsonMap, where: string): ColumnSpec {
  const type = parseDataType(entry, where);
  const name = entry.get("name");
  // MLflow reads a missing `required` as true for scalar columns, and as "optional" for nested ones.
  const required = parseRequired(entry, where, type.kind === "scalar" || type.kind === "sparkml_vector");
  return { ...(typeof name === "string" ? { name } : {}), type, required };
}

function parseRequired(entry: JsonMap, where: string, absent: boolean): boolean {
  const required = entry.get("required");
  if (required === undefined || required === null) {
    // What MLflow 2.x wrote before `required` took its place.
    const optional = entry.get("optional");
    return typeof optional === "boolean" ? !optional : absent;
  }
  if (typeof required !== "boolean") throw refusal(`${where}.required`, "expected true or false");
  return required;
}

/** Deeper nesting than any signature has a use for is an attack on the reader. */
const MAX_TYPE_DEPTH = 32;

function parseDataType(entry: JsonMap, where: string, depth = 0): DataType {
  if (depth > MAX_TYPE_DEPTH) throw refusal(where, `types nested deeper than ${MAX_TYPE_DEPTH}`);
  const type = entry.get("type");
  switch (type) {
    case "array":
      return {
        kind: "array",
        items: parseDataType(asMap(entry.get("items"), `${where}.items`), `${where}.items`, depth + 1),
      };
    case "map":
      return {
        kind: "map",
        values: parseDataType(asMap(entry.get("values"), `${where}.values`), `${where}.values`, depth + 1),
      };
    case "object":
      return {
        kind: "object",
        properties: parseProperties(asMap(entry.get("properties"), `${where}.properties`), where, depth),
      };
    case "any":
      return { kind: "any" };
    case "sparkml_vector":
      return { kind: "sparkml_vector" };
    default:
      return { kind: "scalar", type: asScalarType(type, where) };
  }
}

function parseProperties(entries: JsonMap, where: string, depth: number): Property[] {
  const properties = Array.from(entries, ([name, value]) => {
    const at = `${where}.properties[${quoteName(name)}]`;
    const entry = asMap(value, at);
    return { name, type: parseDataType(entry, at, depth + 1), required: parseRequired(entry, at, true) };
  });
  return properties.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function asScalarType(type: JsonValue | undefined, where: string): ScalarType {
  const found = SCALAR_TYPES.find((known) => known === type);
  if (found === undefined)
    throw refusal(`${where}.type`, `expected one of ${SCALAR_TYPES.join(", ")}, array, object, map, any, tensor`);
  return found;
}

function parseTensor(entry: JsonMap, where: string): TensorSpec {
  const spec = asMap(entry.get("tensor-spec"), `${where}.tensor-spec`);
  const numpyName = spec.get("dtype");
  const dtype = typeof numpyName === "string" ? parseDType(numpyName) : undefined;
  if (dtype === undefined) throw refusal(`${where}.tensor-spec.dtype`, "expected the name of a numpy dtype");
  const shape = spec.get("shape");
  if (!Array.isArray(shape) || !shape.every(isDimension)) {
    throw refusal(`${where}.tensor-spec.shape`, "expected a list of whole numbers, -1 where any size will do");
  }
  const name = entry.get("name");
  return { ...(typeof name === "string" ? { name } : {}), dtype, shape };
}

function isDimension(value: JsonValue): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= -1;
}

function parseParam(value: JsonValue, where: string): ParamSpec {
  const entry = asMap(value, where);
  const name = entry.get("name");
  if (typeof name !== "string") throw refusal(`${where}.name`, "expected a string");
  // MLflow before 2.7 wrote `dtype` where it now writes `type`.
  const typed = entry.has("type") ? entry : new Map(entry).set("type", entry.get("dtype") ?? null);
  const shape = entry.get("shape");
  const list = Array.isArray(shape) && shape.length === 1 && shape[0] === -1;
  if (shape !== undefined && shape !== null && !list) throw refusal(`${where}.shape`, "expected null or [-1]");
  const type = parseDataType(typed, where);
  return { name, type, default: toDefault(toPlain(entry.get("default") ?? null), type), list };
}

/** A float is a number, though an integer beyond 2^53 may have been written for it. */
function toDefault(value: unknown, type: DataType): unknown {
  if (Array.isArray(value)) return value.map((item) => toDefault(item, type));
  const isFloat = type.kind === "scalar" && (type.type === "double" || type.type === "float");
  return isFloat && typeof value === "bigint" ? Number(value) : value;
}

function refusal(where: string, reason: string, cause?: unknown): MlserveError {
  return new MlserveError("invalid_descriptor", reason, { where: `MLmodel: ${where}`, cause });
}
