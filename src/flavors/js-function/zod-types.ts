import { MlserveError, quoteName } from "../../core/errors.js";
import type { DataType, Property, ScalarType } from "../../format/signature.js";

/**
 * The part of a zod 4 schema that is read here, which every copy of zod 4 has: a schema may come out of a bundle with a
 * copy of its own, so that it is an instance of no class that we know.
 */
export interface ZodSchema {
  readonly _zod: { readonly def: ZodDef };
}

interface ZodDef {
  readonly type: string;
  readonly format?: string;
  readonly checks?: readonly {
    readonly _zod: { readonly def: { readonly check: string; readonly format?: string } };
  }[];
  readonly innerType?: unknown;
  readonly element?: unknown;
  readonly shape?: Readonly<Record<string, unknown>>;
  readonly valueType?: unknown;
  readonly defaultValue?: unknown;
}

/** A type, and whether a value of it has to be there. */
export interface ConvertedType {
  readonly type: DataType;
  readonly required: boolean;
  /** What stands for a value that is not there. */
  readonly fallback?: unknown;
}

/** The numbers of zod by their format; a plain `z.number()` has none. */
const NUMBER_TYPES: Readonly<Record<string, ScalarType>> = {
  int32: "integer",
  safeint: "long",
  uint32: "long",
  float32: "float",
  float64: "double",
};

/** The types of zod that are one type of a signature. */
const SCALAR_ZOD_TYPES: Readonly<Record<string, ScalarType>> = {
  boolean: "boolean",
  bigint: "long",
  string: "string",
  date: "datetime",
};

type Convert = (def: ZodDef, path: string) => ConvertedType;

const present = (type: DataType): ConvertedType => ({ type, required: true });
const missing: Convert = ({ innerType }, path) => ({ ...convertZod(innerType, path), required: false });

/** The others: those that hold other schemas, and what says that a value may be missing. */
const CONVERSIONS: Readonly<Record<string, Convert>> = {
  number: (def) => present({ kind: "scalar", type: NUMBER_TYPES[formatOf(def) ?? "float64"] ?? "double" }),
  any: () => present({ kind: "any" }),
  unknown: () => present({ kind: "any" }),
  optional: missing,
  nullable: missing,
  default: (def, path) => ({ ...missing(def, path), fallback: def.defaultValue }),
  prefault: (def, path) => ({ ...missing(def, path), fallback: def.defaultValue }),
  readonly: ({ innerType }, path) => convertZod(innerType, path),
  array: ({ element }, path) => present({ kind: "array", items: convertInner(element, `${path}[]`) }),
  record: ({ valueType }, path) => present({ kind: "map", values: convertInner(valueType, `${path}{}`) }),
  object: ({ shape = {} }, path) => present({ kind: "object", properties: convertProperties(shape, path) }),
};

/** Throws `invalid_model` naming the path of what a signature cannot say. */
export function convertZod(schema: unknown, path: string): ConvertedType {
  if (!isZodSchema(schema)) throw notZod(schema, path);
  const { def } = schema._zod;
  const scalar = Object.hasOwn(SCALAR_ZOD_TYPES, def.type) ? SCALAR_ZOD_TYPES[def.type] : undefined;
  if (scalar !== undefined) return present({ kind: "scalar", type: scalar });
  const convert = Object.hasOwn(CONVERSIONS, def.type) ? CONVERSIONS[def.type] : undefined;
  if (convert !== undefined) return convert(def, path);
  throw refusal(path, `a signature has no type for zod's ${quoteName(def.type)}`);
}

export function isZodSchema(value: unknown): value is ZodSchema {
  if (typeof value !== "object" || value === null || !("_zod" in value)) return false;
  const { _zod: internals } = value;
  return typeof internals === "object" && internals !== null && "def" in internals;
}

/** `z.int32()` says its format itself, `z.number().int()` by a check. */
function formatOf({ format, checks = [] }: ZodDef): string | undefined {
  return format ?? checks.map((check) => check._zod.def).find(({ check }) => check === "number_format")?.format;
}

function convertProperties(shape: Readonly<Record<string, unknown>>, path: string): Property[] {
  const properties = Object.entries(shape).map(([name, schema]) => {
    const { type, required } = convertZod(schema, `${path}[${quoteName(name)}]`);
    return { name, type, required };
  });
  if (properties.length === 0) throw refusal(path, "an object of a signature has properties");
  return properties.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** An item of a list or a map is always there. */
function convertInner(schema: unknown, path: string): DataType {
  const { type, required } = convertZod(schema, path);
  if (!required) throw refusal(path, "an item that may be missing cannot be said in a signature");
  return type;
}

function notZod(schema: unknown, path: string): MlserveError {
  const old = typeof schema === "object" && schema !== null && "_def" in schema;
  return refusal(path, old ? "is a schema of zod 3: expected one of zod 4" : "is no schema of zod 4");
}

export function refusal(where: string, reason: string): MlserveError {
  return new MlserveError("invalid_model", reason, {
    where,
    hint: "See https://github.com/mlserve/mlserve/blob/main/docs/js-function.md, or give the signature with --signature",
  });
}
