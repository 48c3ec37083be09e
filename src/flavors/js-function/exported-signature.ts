import { MlserveError } from "../../core/errors.js";
import { parseJsonText } from "../../core/json.js";
import { NO_SIGNATURE, type ParamSpec, type Schema, type Signature } from "../../format/signature.js";
import { parseSignatureParts } from "../../format/signature-parts.js";
import { convertZod, isZodSchema, refusal } from "./zod-types.js";

/**
 * The signature that a module states: its export `signature`, an object of MLflow's parts, and beside it zod schemas
 * exported as `input`, `output` and `params`.
 *
 * Throws `invalid_model` or `invalid_descriptor` naming the export and the place in it.
 */
export function readExportedSignature(exports: Readonly<Record<string, unknown>>): Signature {
  const { signature, input, output, params } = exports;
  return {
    ...NO_SIGNATURE,
    ...(input === undefined ? {} : { inputs: toSchema(input, "input") }),
    ...(output === undefined ? {} : { outputs: toSchema(output, "output") }),
    ...(params === undefined ? {} : { params: toParams(params, "params") }),
    ...(signature === undefined ? {} : readParts(signature)),
  };
}

function readParts(signature: unknown): Partial<Signature> {
  const text = typeof signature === "object" ? JSON.stringify(signature) : undefined;
  try {
    return parseSignatureParts(parseJsonText(text ?? "null"));
  } catch (error) {
    if (!(error instanceof MlserveError)) throw error;
    throw new MlserveError("invalid_descriptor", error.message, { where: 'export "signature"', cause: error });
  }
}

/** One row, or a list of rows: an object is a row, anything else the only value of one. */
function toSchema(schema: unknown, path: string): Schema {
  const { type } = convertZod(schema, path);
  const [row, where] = type.kind === "array" ? [type.items, `${path}[]`] : [type, path];
  if (row.kind === "object") return { kind: "columns", columns: inOrder(schema, row.properties) };
  if (row.kind === "map") throw refusal(where, "a row of a signature is an object whose keys are known");
  return { kind: "columns", columns: [{ type: row, required: true }] };
}

/** Columns keep the order in which they are written; properties of a type are sorted. */
function inOrder<T extends { readonly name: string }>(schema: unknown, properties: readonly T[]): readonly T[] {
  const shape = shapeOf(schema);
  const order = new Map(shape.map((name, i) => [name, i]));
  return properties.toSorted((a, b) => (order.get(a.name) ?? 0) - (order.get(b.name) ?? 0));
}

function shapeOf(schema: unknown): string[] {
  if (!isZodSchema(schema)) return [];
  const { shape, element, innerType } = schema._zod.def;
  return shape === undefined ? shapeOf(element ?? innerType) : Object.keys(shape);
}

function toParams(schema: unknown, path: string): readonly ParamSpec[] {
  const shape = isZodSchema(schema) ? schema._zod.def.shape : undefined;
  if (shape === undefined) throw refusal(path, "expected z.object(...)");
  return Object.entries(shape).map(([name, field]) => toParam(name, field, `${path}[${JSON.stringify(name)}]`));
}

function toParam(name: string, schema: unknown, path: string): ParamSpec {
  const { type, required, fallback = null } = convertZod(schema, path);
  if (required) throw refusal(path, "a param has a default, or is optional");
  const list = type.kind === "array";
  const single = list ? type.items : type;
  const fits = single.kind === "scalar" ? single.type !== "binary" : single.kind === "object" && !list;
  if (!fits) throw refusal(path, "a param is a value, a list of values or an object");
  const value = fallback instanceof Date ? fallback.toISOString().replace(/Z$/, "") : fallback;
  return { name, type: single, default: value, list };
}
