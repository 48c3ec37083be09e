import type { ColumnSpec, DataType, ParamSpec, Schema, Signature, TensorSpec } from "../src/format/signature.js";
import { toJson } from "./text.js";

/** `double`, `array<long>`, `map<string>`, `object{a: long, b?: string}` */
export function formatType(type: DataType): string {
  switch (type.kind) {
    case "scalar":
      return type.type;
    case "array":
      return `array<${formatType(type.items)}>`;
    case "map":
      return `map<${formatType(type.values)}>`;
    case "object":
      return `object{${type.properties.map(({ name, type: of, required }) => `${name}${required ? "" : "?"}: ${formatType(of)}`).join(", ")}}`;
    case "any":
    case "sparkml_vector":
      return type.kind;
  }
}

/** `float32[?, 4]`, where any size will do for `?`. */
export function formatTensor({ dtype, shape }: TensorSpec): string {
  return `${dtype}[${shape.map((size) => (size === -1 ? "?" : size)).join(", ")}]`;
}

/** A schema in a few words for one line: `4 columns of double`, `X: float32[?, 4]`. */
export function summarizeSchema(schema: Schema | undefined): string {
  if (schema === undefined) return "anything (the model has no signature for them)";
  if (schema.kind === "tensors")
    return shorten(schema.tensors.map((tensor) => labelled(tensor.name, formatTensor(tensor))));
  const types = [...new Set(schema.columns.map(({ type }) => formatType(type)))];
  if (schema.columns.length > 4 && types.length === 1) return `${schema.columns.length} columns of ${types[0]}`;
  return shorten(
    schema.columns.map(({ name, type, required }) =>
      labelled(name, `${formatType(type)}${required ? "" : " (optional)"}`),
    ),
  );
}

function labelled(name: string | undefined, type: string): string {
  return name === undefined ? type : `${name}: ${type}`;
}

function shorten(entries: readonly string[]): string {
  const shown = entries.slice(0, 4).join(", ");
  return entries.length > 4 ? `${shown}, … (${entries.length} in all)` : shown;
}

/** The rows of a signature for a table: name, type, note. */
export function signatureRows(
  signature: Signature,
): { readonly title: string; readonly rows: readonly (readonly string[])[] }[] {
  return [
    { title: "inputs", rows: schemaRows(signature.inputs) },
    { title: "outputs", rows: schemaRows(signature.outputs) },
    { title: "params", rows: (signature.params ?? []).map(paramRow) },
  ];
}

function schemaRows(schema: Schema | undefined): (readonly string[])[] {
  if (schema === undefined) return [];
  return schema.kind === "columns" ? schema.columns.map(columnRow) : schema.tensors.map(tensorRow);
}

function columnRow({ name, type, required }: ColumnSpec, position: number): readonly string[] {
  return [name ?? `column ${position}`, formatType(type), required ? "" : "optional"];
}

function tensorRow(tensor: TensorSpec): readonly string[] {
  return [tensor.name ?? "the tensor", formatTensor(tensor), ""];
}

function paramRow({ name, type, default: preset, list }: ParamSpec): readonly string[] {
  return [name, list ? `array<${formatType(type)}>` : formatType(type), `default ${toJson(preset)}`];
}
