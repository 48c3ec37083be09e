import { UNNAMED } from "../core/batch.js";
import { JsonFloat, type JsonObject, type JsonValue } from "../core/json.js";
import { type DType, elementCount } from "../core/tensor.js";
import type { RecordedOutput } from "../format/self-test-file.js";
import type { ColumnSpec, DataType, Property, ScalarType, Schema, TensorSpec } from "../format/signature.js";

/**
 * The outputs of a signature by what a model answered to its example, as MLflow's `infer_signature` finds them; undefined
 * when no signature can say them.
 *
 * The answer to a table, and one with maps in it, has columns; any other has tensors whose first dimension is free.
 */
export function inferOutputs(outputs: readonly RecordedOutput[], isTable: boolean): Schema | undefined {
  const [only] = outputs;
  if (only === undefined) return undefined;
  if (only.shape.length === 0 && only.dtype === "object") return inferValue(only.data[0] ?? null);
  if (isTable || outputs.some(({ dtype }) => dtype === "object")) return toColumns(outputs.map(inferColumn));
  return { kind: "tensors", tensors: outputs.map(toTensor) };
}

function toTensor({ name, dtype, shape }: RecordedOutput): TensorSpec {
  return { ...(name === UNNAMED ? {} : { name }), dtype, shape: shape.map((size, i) => (i === 0 ? -1 : size)) };
}

function toColumns(columns: readonly (ColumnSpec | undefined)[]): Schema | undefined {
  const known = columns.filter((column) => column !== undefined);
  return known.length === columns.length && known.length > 0 ? { kind: "columns", columns: known } : undefined;
}

/** The type that holds each element type in a column without loss. */
const COLUMN_TYPES: Readonly<Partial<Record<DType, ScalarType>>> = {
  bool: "boolean",
  int8: "integer",
  int16: "integer",
  int32: "integer",
  int64: "long",
  uint8: "integer",
  uint16: "integer",
  uint32: "long",
  float16: "float",
  float32: "float",
  float64: "double",
  string: "string",
  binary: "binary",
  datetime: "datetime",
};

/** Several values in a row are a list in its cell. */
function inferColumn({ name, dtype, shape, data }: RecordedOutput): ColumnSpec | undefined {
  const scalar = COLUMN_TYPES[dtype];
  const type = dtype === "object" ? inferType(data) : scalar && ({ kind: "scalar", type: scalar } as const);
  if (type === undefined) return undefined;
  const inner = shape.slice(1);
  const nested = elementCount(inner) === 1 ? type : inner.reduceRight<DataType>(toArray, type);
  return { ...(name === UNNAMED ? {} : { name }), type: nested, required: !data.includes(null) };
}

function toArray(items: DataType): DataType {
  return { kind: "array", items };
}

/** A list of objects is a table; a list of anything else, or a scalar, is a column without a name. */
function inferValue(value: JsonValue): Schema | undefined {
  const rows = Array.isArray(value) ? value : [value];
  if (rows.length > 0 && rows.every(isObject)) return toColumns(inferProperties(rows).map(toNamedColumn));
  const type = rows.length === 0 ? undefined : inferType(rows);
  return type && toColumns([{ type, required: !rows.includes(null) }]);
}

function toNamedColumn({ name, type, required }: OpenProperty): ColumnSpec | undefined {
  return type && { name, type, required };
}

interface OpenProperty extends Omit<Property, "type"> {
  readonly type: DataType | undefined;
}

/** All keys of some objects; one that an object lacks, or has null for, is not required. */
function inferProperties(objects: readonly JsonObject[]): OpenProperty[] {
  const names = new Set(objects.flatMap((object) => [...object.keys()]));
  return Array.from(names, (name) => {
    const values = objects.map((object) => object.get(name) ?? null);
    return { name, type: inferType(values), required: !values.includes(null) };
  });
}

/** The one type of some values, null among them or not; undefined when they have several. */
function inferType(values: readonly JsonValue[]): DataType | undefined {
  const there = values.filter((value) => value !== null);
  if (there.length === 0) return { kind: "any" };
  if (there.every(isObject)) return inferObject(there);
  if (there.every((value) => Array.isArray(value))) {
    const items = inferType(there.flat());
    return items && toArray(items);
  }
  const scalar = SCALARS.find(({ holds }) => there.every(holds))?.type;
  return scalar && { kind: "scalar", type: scalar };
}

function inferObject(objects: readonly JsonObject[]): DataType | undefined {
  const properties = inferProperties(objects).flatMap(({ type, ...rest }) =>
    type === undefined ? [] : { ...rest, type },
  );
  const names = new Set(objects.flatMap((object) => [...object.keys()]));
  return properties.length === names.size && names.size > 0
    ? { kind: "object", properties: properties.sort(byName) }
    : undefined;
}

/** By code point, as Python sorts. */
function byName(one: Property, other: Property): number {
  return Buffer.compare(Buffer.from(one.name), Buffer.from(other.name));
}

const SCALARS: readonly { readonly type: ScalarType; readonly holds: (value: JsonValue) => boolean }[] = [
  { type: "boolean", holds: (value) => typeof value === "boolean" },
  { type: "string", holds: (value) => typeof value === "string" },
  { type: "long", holds: isLong },
  { type: "double", holds: (value) => typeof value === "number" || value instanceof JsonFloat || isLong(value) },
];

function isLong(value: JsonValue): boolean {
  if (typeof value === "bigint") return BigInt.asIntN(64, value) === value;
  return typeof value === "number" && Number.isInteger(value);
}

function isObject(value: JsonValue): value is JsonObject {
  return value instanceof Map;
}
