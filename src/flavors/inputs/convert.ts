import { fromFloat16Bits, toFloat16Bits } from "../../core/float16.js";
import { INTEGER_RANGES } from "../../core/integer-ranges.js";
import { pythonText } from "../../core/python-text.js";
import type { Column, DType } from "../../core/tensor.js";
import type { FedDType, FedElements } from "./model-input.js";

/** A value that the element type of an input does not hold. */
export class Misfit extends Error {
  /** Which of the columns, and which of its values; undefined where the whole column is of the wrong type. */
  readonly column: number;
  readonly index: number | undefined;

  constructor(column: number, index: number | undefined, reason: string) {
    super(reason);
    this.column = column;
    this.index = index;
  }
}

/**
 * Puts columns of `rows` values side by side, row by row, in one element type. One column of that very type is not
 * copied.
 *
 * Numbers become floats by rounding to the nearest and integers only when they are whole and in range; strings and
 * booleans stay what they are. Throws {@link Misfit} for anything else.
 */
export type Assemble = (columns: readonly Column[], rows: number) => FedElements;

export function compileAssemble(dtype: FedDType): Assemble {
  const assemble = ASSEMBLIES[dtype];
  return (columns, rows) => {
    const [only] = columns;
    // Of the same type, so in the array class that the runtime wants.
    if (columns.length === 1 && only?.dtype === dtype && dtype !== "string") return only.data as FedElements;
    requireOneKind(columns);
    return assemble(columns, rows);
  };
}

/** pandas makes objects of booleans among numbers, and no model takes those. */
function requireOneKind(columns: readonly Column[]): void {
  const first = columns.findIndex(({ dtype }) => dtype === "bool");
  if (first >= 0 && columns.some(({ dtype }) => dtype !== "bool")) {
    throw new Misfit(first, undefined, "got bool beside columns of another type");
  }
}

const ASSEMBLIES = {
  float32: floats(Float32Array),
  float64: floats(Float64Array),
  float16: halves,
  int8: integers(Int8Array, INTEGER_RANGES.int8),
  int16: integers(Int16Array, INTEGER_RANGES.int16),
  int32: integers(Int32Array, INTEGER_RANGES.int32),
  uint8: integers(Uint8Array, INTEGER_RANGES.uint8),
  uint16: integers(Uint16Array, INTEGER_RANGES.uint16),
  uint32: integers(Uint32Array, INTEGER_RANGES.uint32),
  int64: bigIntegers(BigInt64Array, INTEGER_RANGES.int64),
  uint64: bigIntegers(BigUint64Array, INTEGER_RANGES.uint64),
  bool: booleans,
  string: strings,
} satisfies Record<FedDType, Assemble>;

type NumberArray =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | Uint8Array
  | Uint16Array
  | Uint32Array;
type BigArray = BigInt64Array | BigUint64Array;

/** The numbers of a column. Throws {@link Misfit} when it holds anything else. */
function numbersOf(column: Column, position: number): NumberArray | BigArray {
  switch (column.dtype) {
    case "float16":
      return Float32Array.from(column.data, fromFloat16Bits);
    case "string":
    case "object":
    case "binary":
    case "datetime":
      throw new Misfit(position, undefined, `got ${nameOf(column.dtype)}`);
    default:
      return column.data;
  }
}

function isBig(data: NumberArray | BigArray): data is BigArray {
  return data instanceof BigInt64Array || data instanceof BigUint64Array;
}

function floats(FloatArray: typeof Float32Array | typeof Float64Array): Assemble {
  return (columns, rows) => {
    const width = columns.length;
    const target = new FloatArray(rows * width);
    columns.forEach((column, position) => {
      const source = numbersOf(column, position);
      if (isBig(source)) for (let i = 0, at = position; i < rows; i++, at += width) target[at] = Number(source[i]);
      else if (width === 1) target.set(source);
      else for (let i = 0, at = position; i < rows; i++, at += width) target[at] = source[i] ?? Number.NaN;
    });
    return target;
  };
}

function halves(columns: readonly Column[], rows: number): Uint16Array {
  const width = columns.length;
  const target = new Uint16Array(rows * width);
  columns.forEach((column, position) => {
    if (column.dtype === "float16") {
      for (let i = 0, at = position; i < rows; i++, at += width) target[at] = column.data[i] ?? 0;
      return;
    }
    const source = numbersOf(column, position);
    for (let i = 0, at = position; i < rows; i++, at += width) target[at] = toFloat16Bits(Number(source[i]));
  });
  return target;
}

interface Range<N> {
  readonly min: N;
  readonly max: N;
}

type IntegerArray = Exclude<NumberArray, Float32Array | Float64Array>;

function integers(IntArray: new (length: number) => IntegerArray, { min, max }: Range<number>): Assemble {
  return (columns, rows) => {
    const width = columns.length;
    const target = new IntArray(rows * width);
    columns.forEach((column, position) => {
      const source = numbersOf(column, position);
      for (let i = 0, at = position; i < rows; i++, at += width) {
        // A bigint that a float64 would round is out of range here anyway.
        const value = Number(source[i]);
        if (!Number.isInteger(value) || value < min || value > max) throw new Misfit(position, i, misfitOf(value));
        target[at] = value;
      }
    });
    return target;
  };
}

function bigIntegers(IntArray: typeof BigInt64Array | typeof BigUint64Array, { min, max }: Range<bigint>): Assemble {
  return (columns, rows) => {
    const width = columns.length;
    const target = new IntArray(rows * width);
    columns.forEach((column, position) => {
      const source = numbersOf(column, position);
      for (let i = 0, at = position; i < rows; i++, at += width) {
        const value = source[i] ?? 0;
        if (typeof value === "number" && !Number.isInteger(value)) throw new Misfit(position, i, misfitOf(value));
        const integer = BigInt(value);
        if (integer < min || integer > max) throw new Misfit(position, i, misfitOf(0));
        target[at] = integer;
      }
    });
    return target;
  };
}

function misfitOf(value: number): string {
  if (Number.isNaN(value)) return "got NaN or a missing value";
  return Number.isInteger(value) ? "got a number out of its range" : "got a number that is not whole";
}

function booleans(columns: readonly Column[], rows: number): Uint8Array {
  const width = columns.length;
  const target = new Uint8Array(rows * width);
  columns.forEach((column, position) => {
    if (column.dtype !== "bool") throw new Misfit(position, undefined, `got ${nameOf(column.dtype)}`);
    for (let i = 0, at = position; i < rows; i++, at += width) target[at] = column.data[i] ?? 0;
  });
  return target;
}

function strings(columns: readonly Column[], rows: number): readonly string[] {
  const width = columns.length;
  const target = new Array<string>(rows * width);
  columns.forEach((column, position) => {
    if (column.dtype !== "string" && column.dtype !== "object")
      throw new Misfit(position, undefined, `got ${nameOf(column.dtype)}`);
    for (let i = 0, at = position; i < rows; i++, at += width) {
      const fault = textFault(column.data[i]);
      if (fault !== undefined) throw new Misfit(position, i, fault);
      target[at] = pythonText(column.data[i]) ?? "";
    }
  });
  return target;
}

/** Of what is no string, ONNX Runtime for Python takes scalars, by their `str()`. */
function textFault(value: unknown): string | undefined {
  if (typeof value !== "string") return pythonText(value) === undefined ? "got a list or an object" : undefined;
  // The native side would cut the text there.
  if (value.includes("\0")) return "got a string with a NUL character";
  if (/\p{Surrogate}/u.test(value)) return "got a string with half of a surrogate pair";
  return undefined;
}

/** The words for a type in an error message. */
function nameOf(dtype: DType): string {
  return dtype === "object" ? "values of several types, or missing ones" : dtype;
}
