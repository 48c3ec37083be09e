import { JsonFloat } from "../core/json.js";
import { NUMPY_NAMES } from "./numpy-dtypes.js";
import { formatPythonJson, type PythonJsonValue } from "./python-json.js";
import type { ColumnSpec, DataType, ParamSpec, Property, Schema, Signature, TensorSpec } from "./signature.js";

/** The `signature` of an MLmodel file: each part a JSON text, or null where the signature leaves it open. */
export interface SignatureJson {
  readonly inputs: string | null;
  readonly outputs: string | null;
  readonly params: string | null;
}

type JsonEntry = Record<string, PythonJsonValue>;

/** Writes a signature as MLflow does, to the byte: the way back of `parseSignature`. */
export function formatSignature({ inputs, outputs, params }: Signature): SignatureJson {
  return {
    inputs: formatPart(inputs, toEntries),
    outputs: formatPart(outputs, toEntries),
    params: formatPart(params, toParams),
  };
}

function formatPart<T>(part: T | undefined, toJson: (part: T) => PythonJsonValue): string | null {
  return part === undefined ? null : formatPythonJson(toJson(part));
}

function toEntries(schema: Schema): JsonEntry[] {
  return schema.kind === "columns" ? schema.columns.map(toColumn) : schema.tensors.map(toTensor);
}

function toColumn({ name, type, required }: ColumnSpec): JsonEntry {
  return { ...toType(type), ...(name === undefined ? {} : { name }), required };
}

function toTensor({ name, dtype, shape }: TensorSpec): JsonEntry {
  // numpy's own name of a datetime dtype has its unit.
  const numpyName = dtype === "datetime" ? "datetime64[ns]" : NUMPY_NAMES[dtype];
  return { ...(name === undefined ? {} : { name }), type: "tensor", "tensor-spec": { dtype: numpyName, shape } };
}

function toType(type: DataType): JsonEntry {
  switch (type.kind) {
    case "scalar":
      return { type: type.type };
    case "array":
      return { type: "array", items: toType(type.items) };
    case "map":
      return { type: "map", values: toType(type.values) };
    case "object":
      return { type: "object", properties: new Map(type.properties.map(toProperty)) };
    case "any":
    case "sparkml_vector":
      return { type: type.kind };
  }
}

function toProperty({ name, type, required }: Property): [string, JsonEntry] {
  return [name, { ...toType(type), required }];
}

function toParams(params: readonly ParamSpec[]): JsonEntry[] {
  return params.map(({ name, type, default: value, list }) => ({
    name,
    default: toDefault(value, type),
    shape: list ? [-1] : null,
    ...toType(type),
  }));
}

/** Python knows 1.0 from 1, so a whole default of a float type has to be marked. */
function toDefault(value: unknown, type: DataType): PythonJsonValue {
  if (Array.isArray(value)) return value.map((item) => toDefault(item, type));
  const float = type.kind === "scalar" && (type.type === "double" || type.type === "float");
  // A default was read from JSON, so it is nothing but JSON.
  return float && typeof value === "number" ? new JsonFloat(value) : (value as PythonJsonValue);
}
