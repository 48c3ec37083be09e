import { decimalText } from "../../core/decimal-text.js";
import { MINUS } from "../../core/json-bytes.js";

/* Here and not imported, as the engine looks up what another module has each time. */
const DOT = 0x2e;
const ZERO = 0x30;

/** The longest text that is copied character by character; the engine's copying pays off beyond. */
const SHORT = 48;

/** Up to here, what was written is copied, and its buffer used again. */
const COPIED_BYTES = 4096;

/** Gathers the bytes of one answer after the other; grows by doubling. */
export class ByteWriter {
  private readonly capacity: number;
  private bytes: Buffer;
  private length = 0;

  /** `capacity` in bytes: a guess at the whole. */
  constructor(capacity: number) {
    this.capacity = capacity;
    this.bytes = Buffer.allocUnsafeSlow(capacity);
  }

  /** Forgets what was written, by an answer that failed halfway, say. */
  clear(): void {
    this.length = 0;
  }

  byte(byte: number): void {
    this.reserve(1);
    this.bytes[this.length++] = byte;
  }

  raw(bytes: Uint8Array): void {
    const { length } = bytes;
    this.reserve(length);
    const { bytes: to, length: at } = this;
    if (length > SHORT) to.set(bytes, at);
    else for (let i = 0; i < length; i++) to[at + i] = bytes[i] ?? 0;
    this.length = at + length;
  }

  /** In UTF-8. */
  text(text: string): void {
    this.reserve(3 * text.length);
    let ascii = 0;
    if (text.length <= SHORT) {
      for (; ascii < text.length && text.charCodeAt(ascii) < 0x80; ascii++)
        this.bytes[this.length++] = text.charCodeAt(ascii);
      if (ascii === text.length) return;
    }
    this.length += this.bytes.write(text.slice(ascii), this.length, "utf8");
  }

  /** A whole number. */
  integer(value: number): void {
    if ((value | 0) !== value) {
      this.text(String(value));
      return;
    }
    const magnitude = Math.abs(value);
    if (value < 0) this.byte(MINUS);
    this.digits(magnitude, digitCount(magnitude));
  }

  /** `digits * 10^exponent` as Python spells a float; digits are from 0 to 2^31 - 1. */
  decimal(digits: number, exponent: number, negative: boolean): void {
    const zeros = trailingZeros(digits);
    const rest = digits / (POWERS[zeros] ?? 1);
    const count = digitCount(rest);
    const point = count + exponent + zeros;
    // Zero, and what Python gives an exponent.
    if (digits === 0 || point > 16 || point < -3) {
      this.text(decimalText(digits, exponent, negative));
      return;
    }
    if (negative) this.byte(MINUS);
    const decimals = count - point;
    if (decimals <= 0) {
      this.digits(rest, count);
      this.zeros(-decimals);
      this.digits(0, 0, 1);
    } else if (point <= 0) this.digits(0, 1, decimals, rest);
    else {
      const unit = POWERS[decimals] ?? 1;
      const whole = Math.floor(rest / unit);
      this.digits(whole, point, decimals, rest - whole * unit);
    }
  }

  /** `count` digits of a whole number, then a point and `decimals` digits of another where there are any. */
  private digits(whole: number, count: number, decimals = 0, fraction = 0): void {
    const size = count + (decimals === 0 ? 0 : decimals + 1);
    this.reserve(size);
    const { bytes } = this;
    const start = this.length;
    this.length = start + size;
    writeDigits(bytes, start, start + count, whole);
    if (decimals === 0) return;
    bytes[start + count] = DOT;
    writeDigits(bytes, start + count + 1, start + size, fraction);
  }

  private zeros(count: number): void {
    this.reserve(count);
    this.bytes.fill(ZERO, this.length, this.length + count);
    this.length += count;
  }

  private reserve(size: number): void {
    const needed = this.length + size;
    if (needed <= this.bytes.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.bytes.length));
    this.bytes.copy(grown, 0, 0, this.length);
    this.bytes = grown;
  }

  /** What was written; the writer is empty again. */
  finish(): Uint8Array {
    const written = this.bytes.subarray(0, this.length);
    this.length = 0;
    if (this.bytes.length <= COPIED_BYTES) return Buffer.from(written);
    this.bytes = Buffer.allocUnsafeSlow(this.capacity);
    return written;
  }
}

const POWERS = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9] as const;

/** The last digits of a whole number from 0 to 2^31, as many as there is room for. */
function writeDigits(bytes: Buffer, start: number, end: number, value: number): void {
  let rest = value >>> 0;
  for (let at = end - 1; at >= start; at--) {
    const next = (rest / 10) >>> 0;
    bytes[at] = ZERO + rest - 10 * next;
    rest = next;
  }
}

/** Of a whole number from 0 to 2^31. */
function digitCount(value: number): number {
  if (value < 1e5) return value < 1e3 ? (value < 10 ? 1 : value < 100 ? 2 : 3) : value < 1e4 ? 4 : 5;
  if (value < 1e8) return value < 1e6 ? 6 : value < 1e7 ? 7 : 8;
  return value < 1e9 ? 9 : 10;
}

/** Of a whole number from 0 to 2^31 - 1. */
function trailingZeros(digits: number): number {
  let zeros = 0;
  if (digits !== 0) for (let rest = digits | 0; rest % 10 === 0; rest = (rest / 10) | 0) zeros++;
  return zeros;
}
