import { isAscii } from "node:buffer";
import { type Data, DataType, DateUnit, TimeUnit } from "apache-arrow";
import { type Column, TYPED_ARRAYS, type TypedDType } from "../../../core/tensor.js";
import type { TableBudget } from "../tables/budget.js";
import { daysToNanoseconds, toNanoseconds } from "../tables/time-units.js";
import { checkedRanges, evenRanges, type Ranges } from "./offsets.js";
import { missingRows } from "./validity.js";
import { readViews } from "./views.js";

/** The elements of a leaf, anything where a value is missing; undefined for types that no column takes. */
export function leafElements(data: Data, budget: TableBudget): Column | undefined {
  const { type, length } = data;
  if (DataType.isNull(type)) return { dtype: "object", data: new Array(length).fill(null) };
  if (DataType.isBool(type)) return { dtype: "bool", data: unpackBits(bytesOf(data.values), length) };
  if (DataType.isInt(type)) return numbers(data.values, `${type.isSigned ? "" : "u"}int${type.bitWidth}`, length);
  if (DataType.isFloat(type)) return numbers(data.values, `float${16 << type.precision}`, length);
  if (DataType.isDecimal(type)) return decimals(data.values, type.bitWidth, type.scale, length);
  if (DataType.isDate(type))
    return moments(data, type.unit === DateUnit.DAY ? daysToNanoseconds : inUnit(TimeUnit.MILLISECOND));
  if (DataType.isTimestamp(type)) return type.timezone ? undefined : moments(data, inUnit(type.unit));
  return textsOrBytes(data, budget);
}

function textsOrBytes(data: Data, budget: TableBudget): Column | undefined {
  const { type, length } = data;
  if (DataType.isUtf8(type) || DataType.isLargeUtf8(type))
    return texts(bytesOf(data.values), rangesOf(data), data, budget);
  if (DataType.isBinary(type) || DataType.isLargeBinary(type))
    return pieces(bytesOf(data.values), rangesOf(data), length);
  if (DataType.isFixedSizeBinary(type)) {
    const bytes = bytesOf(data.values);
    return pieces(bytes, evenRanges(type.byteWidth, length, bytes.length), length);
  }
  if (DataType.isUtf8View(type)) return { dtype: "string", data: decodeAll(readViews(data, budget), data) };
  return DataType.isBinaryView(type) ? { dtype: "binary", data: readViews(data, budget) } : undefined;
}

function rangesOf(data: Data): Ranges {
  return checkedRanges(data.valueOffsets, data.length, bytesOf(data.values).length);
}

function bytesOf(values: unknown): Uint8Array {
  // A column of nothing but empty texts has no bytes.
  return values instanceof Uint8Array ? values : new Uint8Array(0);
}

/** The stream's own memory where it can be. */
function numbers(values: unknown, dtype: string, length: number): Column {
  const Class = TYPED_ARRAYS[dtype as TypedDType];
  if (length === 0) return { dtype, data: new Class(0) } as Column;
  if (!(values instanceof Class) || values.length < length) throw new RangeError("too few values");
  return { dtype, data: values.subarray(0, length) } as Column;
}

function unpackBits(bytes: Uint8Array, length: number): Uint8Array {
  if (bytes.length * 8 < length) throw new RangeError("too few bits");
  return Uint8Array.from({ length }, (_, i) => ((bytes[i >> 3] ?? 0) >> (i & 7)) & 1);
}

function moments(data: Data, convert: (moment: never) => bigint): Column {
  const values: unknown = data.values;
  if (!(values instanceof BigInt64Array || values instanceof Int32Array)) throw new RangeError("no moments");
  if (values.length < data.length) throw new RangeError("too few moments");
  if (convert === inNanoseconds && values instanceof BigInt64Array)
    return { dtype: "datetime", data: values.subarray(0, data.length) };
  const isMissing = missingRows(data);
  return {
    dtype: "datetime",
    data: BigInt64Array.from({ length: data.length }, (_, row) =>
      isMissing?.(row) ? 0n : convert(values[row] as never),
    ),
  };
}

const inNanoseconds = (moment: bigint): bigint => moment;

function inUnit(unit: TimeUnit): (moment: bigint) => bigint {
  if (unit === TimeUnit.NANOSECOND) return inNanoseconds;
  const nanoseconds = {
    [TimeUnit.SECOND]: 1_000_000_000n,
    [TimeUnit.MILLISECOND]: 1_000_000n,
    [TimeUnit.MICROSECOND]: 1_000n,
  }[unit];
  return (moment) => toNanoseconds(moment, nanoseconds);
}

/** Little-endian integers in words of 32 bits; text with an exponent is the only way to a float that is rounded once. */
function decimals(values: unknown, bits: number, scale: number, length: number): Column {
  const words = bits / 32;
  if (!(values instanceof Uint32Array) || values.length < words * length) throw new RangeError("too few decimals");
  const data = Float64Array.from({ length }, (_, row) => {
    let unscaled = 0n;
    for (let word = words - 1; word >= 0; word--)
      unscaled = (unscaled << 32n) | BigInt(values[row * words + word] ?? 0);
    return Number(`${BigInt.asIntN(bits, unscaled)}e${-scale}`);
  });
  return { dtype: "float64", data };
}

function pieces(bytes: Uint8Array, ranges: Ranges, length: number): Column<"binary"> {
  return {
    dtype: "binary",
    data: Array.from({ length }, (_, row) => bytes.subarray(ranges.start(row), ranges.end(row))),
  };
}

function texts(bytes: Uint8Array, ranges: Ranges, data: Data, budget: TableBudget): Column {
  for (let row = 0; row < data.length; row++) budget.checkText(ranges.end(row) - ranges.start(row));
  const rows = { length: data.length };
  if (!isAscii(bytes)) return { dtype: "string", data: decodeAll(pieces(bytes, ranges, data.length).data, data) };
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
  return { dtype: "string", data: Array.from(rows, (_, row) => whole.slice(ranges.start(row), ranges.end(row))) };
}

function decodeAll(texts: readonly Uint8Array[], data: Data): string[] {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const isMissing = missingRows(data);
  return texts.map((bytes, row) => (isMissing?.(row) ? "" : decoder.decode(bytes)));
}
