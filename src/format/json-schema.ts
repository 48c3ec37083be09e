import { INTEGER_RANGES } from "../core/integer-ranges.js";
import type { DType } from "../core/tensor.js";
import type {
  ColumnSpec,
  ColumnsSchema,
  DataType,
  ParamSpec,
  Property,
  ScalarType,
  Schema,
  Signature,
  TensorSpec,
  TensorsSchema,
} from "./signature.js";

/** A JSON Schema, draft 2020-12. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/**
 * The JSON Schema of the bodies that a signature takes: exactly one of the four forms, and optionally `params`.
 *
 * It says what a careful client sends, types as they are: what the server also accepts by a cast, a number as text, say,
 * is not in it.
 */
export function toBodySchema(signature: Signature): JsonSchema {
  const { inputs, params, fromTypeHint } = signature;
  const forms = fromTypeHint === true ? hintForms(inputs) : inputs === undefined ? anyForms() : formsOf(inputs);
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    type: "object",
    properties: { ...forms, ...(params === undefined ? {} : { params: toParamsSchema(params) }) },
    oneOf: Object.keys(forms).map((form) => ({ required: [form] })),
  };
}

/** The JSON Schema of one row of a column signature, or of the named tensors of a tensor signature. */
export function toDataSchema(schema: Schema): JsonSchema {
  return schema.kind === "columns" ? recordSchema(schema.columns) : tensorsSchema(schema);
}

function anyForms(): Record<string, JsonSchema> {
  const table = {
    type: "object",
    properties: { columns: { type: "array" }, data: { type: "array" }, index: { type: "array" } },
    required: ["data"],
  };
  return { dataframe_split: table, dataframe_records: { type: "array" }, inputs: {}, instances: {} };
}

/** A function with a type hint takes a list whose items have the type of the only column. */
function hintForms(inputs: Schema | undefined): Record<string, JsonSchema> {
  const [only] = inputs?.kind === "columns" && inputs.columns.length === 1 ? inputs.columns : [];
  const items = only !== undefined && only.name === undefined ? columnSchema(only) : {};
  return { inputs: { type: "array", items } };
}

function formsOf(schema: Schema): Record<string, JsonSchema> {
  return schema.kind === "columns"
    ? columnForms(schema)
    : { inputs: tensorsSchema(schema), instances: instancesSchema(schema) };
}

function columnForms({ columns }: ColumnsSchema): Record<string, JsonSchema> {
  const records = { type: "array", items: recordSchema(columns) };
  const names = columns.map(({ name }) => name);
  const split = {
    type: "object",
    properties: {
      columns: {
        type: "array",
        items: { type: "string" },
        ...(names.includes(undefined) ? {} : { examples: [names] }),
      },
      data: { type: "array", items: { type: "array" } },
      index: { type: "array" },
    },
    required: ["data"],
    additionalProperties: false,
  };
  const lists = objectSchema(
    columns.map((column) => ({ ...column, schema: { type: "array", items: columnSchema(column) } })),
  );
  return {
    dataframe_split: split,
    dataframe_records: records,
    inputs: { anyOf: [lists, records] },
    instances: records,
  };
}

function recordSchema(columns: readonly ColumnSpec[]): JsonSchema {
  return objectSchema(columns.map((column) => ({ ...column, schema: columnSchema(column) })));
}

interface Entry {
  readonly name?: string;
  readonly required: boolean;
  readonly schema: JsonSchema;
}

/** Names may be missing from a signature: then they are the positions. */
function objectSchema(entries: readonly Entry[], additionalProperties = true): JsonSchema {
  const named = entries.map((entry, i) => ({ ...entry, name: entry.name ?? String(i) }));
  return {
    type: "object",
    properties: Object.fromEntries(named.map(({ name, schema }) => [name, schema])),
    required: named.filter(({ required }) => required).map(({ name }) => name),
    ...(additionalProperties ? {} : { additionalProperties: false }),
  };
}

function columnSchema({ type, required }: Pick<ColumnSpec, "type" | "required">): JsonSchema {
  const schema = typeSchema(type);
  // A float has NaN for a missing value, which JSON spells null.
  const mayBeNull = !required || (type.kind === "scalar" && (type.type === "double" || type.type === "float"));
  return mayBeNull && "type" in schema ? { ...schema, type: [schema.type, "null"] } : schema;
}

function typeSchema(type: DataType): JsonSchema {
  switch (type.kind) {
    case "scalar":
      return SCALARS[type.type];
    case "array":
      return { type: "array", items: typeSchema(type.items) };
    case "object":
      return objectSchema(
        type.properties.map((property) => ({ ...property, schema: propertySchema(property) })),
        false,
      );
    case "map":
      return { type: "object", additionalProperties: typeSchema(type.values) };
    case "any":
    case "sparkml_vector":
      return {};
  }
}

function propertySchema(property: Property): JsonSchema {
  return columnSchema(property);
}

function integersWithin({ min, max }: { min: number; max: number }): JsonSchema {
  return { type: "integer", minimum: min, maximum: max };
}

const SCALARS = {
  boolean: { type: "boolean" },
  integer: integersWithin(INTEGER_RANGES.int32),
  long: { type: "integer", format: "int64" },
  float: { type: "number", format: "float" },
  double: { type: "number", format: "double" },
  string: { type: "string" },
  binary: { type: "string", contentEncoding: "base64" },
  datetime: { type: "string", description: "ISO 8601 date and time without a zone" },
} as const satisfies Record<ScalarType, JsonSchema>;

const ELEMENTS = {
  bool: { type: "boolean" },
  int8: integersWithin(INTEGER_RANGES.int8),
  int16: integersWithin(INTEGER_RANGES.int16),
  int32: integersWithin(INTEGER_RANGES.int32),
  int64: { type: "integer", format: "int64" },
  uint8: integersWithin(INTEGER_RANGES.uint8),
  uint16: integersWithin(INTEGER_RANGES.uint16),
  uint32: integersWithin(INTEGER_RANGES.uint32),
  uint64: { type: "integer", minimum: 0, format: "uint64" },
  float16: { type: ["number", "null"] },
  float32: { type: ["number", "null"], format: "float" },
  float64: { type: ["number", "null"], format: "double" },
  string: { type: "string" },
  binary: { type: "string" },
  datetime: { type: "string", description: "ISO 8601 date and time" },
  object: {},
} as const satisfies Record<DType, JsonSchema>;

function tensorsSchema({ tensors }: TensorsSchema): JsonSchema {
  const [first] = tensors;
  if (first !== undefined && first.name === undefined) return tensorSchema(first);
  return objectSchema(tensors.map((tensor) => ({ ...tensor, required: true, schema: tensorSchema(tensor) })));
}

/** Rows: each without the first dimension. */
function instancesSchema({ tensors }: TensorsSchema): JsonSchema {
  const rows = tensors.map((tensor) => ({ ...tensor, shape: tensor.shape.slice(1) }));
  return { type: "array", items: tensorsSchema({ kind: "tensors", tensors: rows }) };
}

function tensorSchema({ dtype, shape }: TensorSpec): JsonSchema {
  return shape.reduceRight<JsonSchema>(
    (items, size) => ({ type: "array", items, ...(size === -1 ? {} : { minItems: size, maxItems: size }) }),
    ELEMENTS[dtype],
  );
}

function toParamsSchema(params: readonly ParamSpec[]): JsonSchema {
  return objectSchema(params.map((param) => ({ name: param.name, required: false, schema: paramSchema(param) })));
}

function paramSchema({ type, list, default: value }: ParamSpec): JsonSchema {
  const item = typeSchema(type);
  // A bigint has no place in a JSON document of everyday JavaScript.
  const fallback = typeof value === "bigint" ? {} : { default: value };
  return { ...(list ? { type: "array", items: item } : item), ...fallback };
}
