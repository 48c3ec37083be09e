import { INTEGER_RANGES } from "../../../core/integer-ranges.js";
import { type Column, TYPED_ARRAYS } from "../../../core/tensor.js";
import { handOver } from "./hand-over.js";
import { takeInteger } from "./integers.js";
import { expectedLength, type Sink } from "./sink.js";
import type { Source } from "./source.js";

type IntegerDType = keyof typeof INTEGER_RANGES;

/** Integers of every width, held as float64 but for those of 64 bits that it would round. */
export class IntegerSink implements Sink {
  length = 0;
  private readonly dtype: IntegerDType;
  /** Of 64 bits, near enough: integers of up to 15 digits are compared with it. */
  private readonly min: number;
  private readonly max: number;
  private data = new Float64Array(1);
  /** By position. */
  private large: Map<number, bigint> | undefined;

  constructor(dtype: IntegerDType) {
    this.dtype = dtype;
    this.min = Number(INTEGER_RANGES[dtype].min);
    this.max = Number(INTEGER_RANGES[dtype].max);
  }

  take(source: Source): void {
    if (this.length === this.data.length) this.grow(expectedLength(this.length, source));
    source.peek();
    const value = takeInteger(source);
    if (typeof value === "bigint") this.takeLarge(value);
    else if (value >= this.min && value <= this.max) this.data[this.length] = value;
    else handOver();
    this.length++;
  }

  private takeLarge(value: bigint): void {
    const { min, max } = INTEGER_RANGES[this.dtype];
    if (value < min || value > max) handOver();
    this.large ??= new Map();
    this.large.set(this.length, value);
  }

  fillTo(length: number): void {
    if (length !== this.length) handOver();
  }

  private grow(length: number): void {
    const grown = new Float64Array(length);
    grown.set(this.data);
    this.data = grown;
  }

  finish(): Column {
    const { dtype, length, large } = this;
    const values = this.data.length === length ? this.data : this.data.subarray(0, length);
    if (dtype !== "int64" && dtype !== "uint64") return { dtype, data: new TYPED_ARRAYS[dtype](values) } as Column;
    const data = toBigIntegers(new TYPED_ARRAYS[dtype](length), values);
    for (const [index, value] of large ?? []) data[index] = value;
    return { dtype, data } as Column;
  }
}

/** Fewer are not worth two views of one buffer. */
const WORTH_HALVES = 16;
const TWO_TO_32 = 2 ** 32;

/** Whole numbers in 64 bits: by halves, as a bigint for each would take longer than reading its digits. */
function toBigIntegers(data: BigInt64Array | BigUint64Array, values: Float64Array): BigInt64Array | BigUint64Array {
  if (values.length < WORTH_HALVES) {
    for (let i = 0; i < values.length; i++) data[i] = BigInt(values[i] ?? 0);
    return data;
  }
  const halves = new Uint32Array(data.buffer);
  const low = isLittleEndian() ? 0 : 1;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? 0;
    const high = Math.floor(value / TWO_TO_32);
    halves[2 * i + low] = value - high * TWO_TO_32;
    halves[2 * i + 1 - low] = high;
  }
  return data;
}

function isLittleEndian(): boolean {
  return new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;
}
