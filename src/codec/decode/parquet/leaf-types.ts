import type { SchemaElement } from "hyparquet";
import { type Column, type DType, TYPED_ARRAYS } from "../../../core/tensor.js";
import { withMissing } from "../tables/missing-values.js";
import { daysToNanoseconds, toNanoseconds } from "../tables/time-units.js";
import type { ColumnValues } from "../tables/typed-table.js";

/** A value as it is stored: hyparquet's own conversions are left out, as they round timestamps to milliseconds. */
export type RawValue = boolean | number | bigint | string | Uint8Array;

/** What the values of a leaf become. */
export type LeafType =
  | { readonly kind: "element"; readonly dtype: DType; readonly convert: (value: never) => unknown }
  | { readonly kind: "nothing" }
  | { readonly kind: "unsupported"; readonly type: string };

const same = (value: never): unknown => value;

function element(dtype: DType, convert: (value: never) => unknown = same): LeafType {
  return { kind: "element", dtype, convert };
}

function unsupported(type: string): LeafType {
  return { kind: "unsupported", type };
}

/** The type of a leaf by its logical type, or by the older converted type where there is no other. */
export function leafType(leaf: SchemaElement): LeafType {
  return logicalType(leaf) ?? convertedType(leaf) ?? physicalType(leaf);
}

function logicalType(leaf: SchemaElement): LeafType | undefined {
  const logical = leaf.logical_type;
  switch (logical?.type) {
    case "STRING":
    case "ENUM":
    case "JSON":
      return element("string");
    case "INTEGER":
      return integer(logical.bitWidth, logical.isSigned);
    case "TIMESTAMP":
      return logical.isAdjustedToUTC ? unsupported("timestamp with a zone") : timestamp(logical.unit);
    case "DATE":
      return element("datetime", daysToNanoseconds);
    case "TIME":
      return unsupported("time of day");
    case "DECIMAL":
      return decimal(leaf.scale ?? logical.scale);
    case "FLOAT16":
      return element("float16", float16Bits);
    case "NULL":
      return { kind: "nothing" };
    default:
      return undefined;
  }
}

function convertedType(leaf: SchemaElement): LeafType | undefined {
  const converted = leaf.converted_type;
  const [, sign, bits] = /^(U?)INT_(8|16|32|64)$/.exec(converted ?? "") ?? [];
  if (bits !== undefined) return integer(Number(bits), sign === "");
  switch (converted) {
    case "UTF8":
    case "ENUM":
    case "JSON":
      return element("string");
    case "DATE":
      return element("datetime", daysToNanoseconds);
    case "TIMESTAMP_MILLIS":
      return timestamp("MILLIS");
    case "TIMESTAMP_MICROS":
      return timestamp("MICROS");
    case "TIME_MILLIS":
    case "TIME_MICROS":
      return unsupported("time of day");
    case "INTERVAL":
      return unsupported("interval");
    case "DECIMAL":
      return decimal(leaf.scale ?? 0);
    default:
      return undefined;
  }
}

function physicalType({ type }: SchemaElement): LeafType {
  switch (type) {
    case "BOOLEAN":
      return element("bool", Number);
    case "INT32":
      return element("int32");
    case "INT64":
      return element("int64");
    case "INT96":
      return element("datetime");
    case "FLOAT":
      return element("float32");
    case "DOUBLE":
      return element("float64");
    case "BYTE_ARRAY":
    case "FIXED_LEN_BYTE_ARRAY":
      return element("binary");
    default:
      return unsupported("group");
  }
}

function integer(bits: number, isSigned: boolean): LeafType {
  const signed = { 8: "int8", 16: "int16", 32: "int32", 64: "int64" } as const;
  const unsigned = { 8: "uint8", 16: "uint16", 32: "uint32", 64: "uint64" } as const;
  const dtype = (isSigned ? signed : unsigned)[bits as 8 | 16 | 32 | 64];
  // A typed array keeps the low bits, which is how unsigned numbers are stored.
  return dtype === undefined ? unsupported(`integer of ${bits} bits`) : element(dtype);
}

function timestamp(unit: "MILLIS" | "MICROS" | "NANOS"): LeafType {
  const nanoseconds = { MILLIS: 1_000_000n, MICROS: 1_000n, NANOS: 1n }[unit];
  return element("datetime", (value: bigint) => toNanoseconds(value, nanoseconds));
}

/** Text with an exponent is the only way to a float that is rounded once. */
function decimal(scale: number): LeafType {
  return element("float64", (value: number | bigint | Uint8Array) => {
    const unscaled = value instanceof Uint8Array ? bigEndian(value) : value;
    return Number(`${unscaled}e${-scale}`);
  });
}

function bigEndian(bytes: Uint8Array): bigint {
  const hex = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex");
  return hex === "" ? 0n : BigInt.asIntN(bytes.length * 8, BigInt(`0x${hex}`));
}

function float16Bits(bytes: Uint8Array): number {
  return (bytes[0] ?? 0) | ((bytes[1] ?? 0) << 8);
}

/** The column of stored values; null and undefined are missing ones. */
export function leafColumn(type: LeafType, raw: ArrayLike<RawValue | null | undefined>): ColumnValues {
  if (type.kind === "unsupported") return type;
  if (type.kind === "nothing")
    return { kind: "scalars", column: { dtype: "object", data: new Array(raw.length).fill(null) } };
  return { kind: "scalars", column: elementColumn(type.dtype, type.convert, raw) };
}

function elementColumn(
  dtype: DType,
  convert: (value: never) => unknown,
  raw: ArrayLike<RawValue | null | undefined>,
): Column {
  if (convert === same && dtype in TYPED_ARRAYS && raw instanceof TYPED_ARRAYS[dtype as keyof typeof TYPED_ARRAYS]) {
    return { dtype, data: raw } as Column;
  }
  let missing = 0;
  const converted = Array.from(raw, (value) => {
    if (value !== null && value !== undefined) return convert(value as never);
    missing++;
    return PLACEHOLDERS[dtype as keyof typeof PLACEHOLDERS] ?? 0;
  });
  const column = { dtype, data: store(dtype, converted) } as Column;
  return missing === 0 ? column : withMissing(column, (row) => raw[row] === null || raw[row] === undefined);
}

const PLACEHOLDERS = {
  int64: 0n,
  uint64: 0n,
  datetime: 0n,
  string: "",
  binary: new Uint8Array(),
  object: null,
} as const;

function store(dtype: DType, values: readonly unknown[]): unknown {
  if (!(dtype in TYPED_ARRAYS)) return values;
  // Every conversion gives what the storage of its dtype takes.
  const Class = TYPED_ARRAYS[dtype as keyof typeof TYPED_ARRAYS] as unknown as {
    from(values: readonly unknown[]): unknown;
  };
  return Class.from(values);
}
