import { toFloat16Bits } from "../../../core/float16.js";
import { CLOSE_LIST } from "../../../core/json-bytes.js";
import type { Column } from "../../../core/tensor.js";
import { type FloatArray, takeFloats } from "./float-runs.js";
import { takeOneFloat } from "./floats.js";
import { handOver } from "./hand-over.js";
import { expectedLength, type Sink } from "./sink.js";
import type { Source } from "./source.js";

/** From here on a number rounds to infinity in the type. */
const BEYOND = {
  float16: 65520,
  float32: 2 ** 128 - 2 ** 103,
  float64: Number.POSITIVE_INFINITY,
} as const;

type FloatDType = keyof typeof BEYOND;

interface FloatColumn {
  readonly values: Float64Array;
  /** How many of them are of the column. */
  readonly count: number;
  /** Columns of a row. */
  readonly width: number;
  readonly column: number;
}

export class FloatSink implements Sink {
  length = 0;
  readonly beyond: number;
  private readonly dtype: FloatDType;
  private data: FloatArray | undefined;
  /** Where the first value stands. */
  private startedAt = 0;

  constructor(dtype: FloatDType) {
    this.dtype = dtype;
    this.beyond = BEYOND[dtype];
  }

  take(source: Source): void {
    const data = this.roomFor(this.length + 1, source);
    data[this.length++] = takeOneFloat(source, this.beyond);
  }

  /** Reads as many values, with commas between them. */
  takeSome(source: Source, count: number): void {
    const until = this.length + count;
    const data = this.roomFor(until, source);
    this.length = takeFloats(source, data, this.length, until, this.beyond);
    if (this.length !== until) handOver();
  }

  /** Reads values until their list closes. */
  takeAll(source: Source): void {
    do {
      const data = this.roomFor(this.length + 1, source);
      this.length = takeFloats(source, data, this.length, data.length, this.beyond);
    } while (source.goesOn(CLOSE_LIST));
  }

  /** Takes the values of one column out of rows that lie behind each other. */
  takeColumn({ values, count, width, column }: FloatColumn): void {
    const length = this.length + count;
    const data = this.grow(length);
    for (let row = this.length, from = column; row < length; row++, from += width) data[row] = values[from] ?? 0;
    this.length = length;
  }

  fillTo(length: number): void {
    const data = this.data !== undefined && length <= this.data.length ? this.data : this.grow(length);
    data.fill(Number.NaN, this.length, length);
    this.length = length;
  }

  private roomFor(length: number, source: Source): FloatArray {
    const { data } = this;
    if (data !== undefined && length <= data.length) return data;
    if (this.length === 0) this.startedAt = source.at;
    return this.grow(expectedLength(this.length, source, length, this.startedAt));
  }

  private grow(length: number): FloatArray {
    const grown = this.create(length);
    if (this.data !== undefined) grown.set(this.data);
    this.data = grown;
    return grown;
  }

  private create(length: number): FloatArray {
    // Half precision is rounded once, from float64.
    return this.dtype === "float32" ? new Float32Array(length) : new Float64Array(length);
  }

  finish(): Column {
    const { dtype, length, data = this.create(0) } = this;
    const values = length === data.length ? data : data.slice(0, length);
    // The constructor pairs each type with its array.
    return (
      dtype === "float16" ? { dtype, data: Uint16Array.from(values, toFloat16Bits) } : { dtype, data: values }
    ) as Column;
  }
}
