import { toFloat16Bits } from "../../../core/float16.js";
import { MINUS, NINE, ZERO } from "../../../core/json-bytes.js";
import type { Column } from "../../../core/tensor.js";
import { takeFloat } from "./floats.js";
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

export class FloatSink implements Sink {
  length = 0;
  private readonly dtype: FloatDType;
  private readonly beyond: number;
  private data: Float32Array | Float64Array;

  constructor(dtype: FloatDType) {
    this.dtype = dtype;
    this.beyond = BEYOND[dtype];
    // Half precision is rounded once, from float64.
    this.data = dtype === "float32" ? new Float32Array(1) : new Float64Array(1);
  }

  take(source: Source): void {
    if (this.length === this.data.length) this.grow(expectedLength(this.length, source));
    const byte = source.peek();
    this.data[this.length++] =
      (byte >= ZERO && byte <= NINE) || byte === MINUS ? this.takeNumber(source) : takeWord(source, byte);
  }

  private takeNumber(source: Source): number {
    if (source.bytes[source.at + 1] === 0x49) return takeNegativeInfinity(source);
    const value = takeFloat(source);
    return value < this.beyond && value > -this.beyond ? value : handOver();
  }

  fillTo(length: number): void {
    if (length > this.data.length) this.grow(Math.max(length, 2 * this.length));
    this.data.fill(Number.NaN, this.length, length);
    this.length = length;
  }

  private grow(length: number): void {
    const grown = this.dtype === "float32" ? new Float32Array(length) : new Float64Array(length);
    grown.set(this.data);
    this.data = grown;
  }

  finish(): Column {
    const { dtype } = this;
    const data = this.length === this.data.length ? this.data : this.data.slice(0, this.length);
    // The constructor pairs each type with its array.
    return (dtype === "float16" ? { dtype, data: Uint16Array.from(data, toFloat16Bits) } : { dtype, data }) as Column;
  }
}

/** The words that stand for a number. */
function takeWord(source: Source, byte: number): number {
  if (byte === 0x49) {
    source.takeWord("Infinity");
    return Number.POSITIVE_INFINITY;
  }
  source.takeWord(byte === 0x4e ? "NaN" : "null");
  return Number.NaN;
}

function takeNegativeInfinity(source: Source): number {
  source.takeWord("-Infinity");
  return Number.NEGATIVE_INFINITY;
}
