import type { JsonValue } from "../../../core/json.js";
import { END, QUOTE } from "../../../core/json-bytes.js";
import type { Column } from "../../../core/tensor.js";
import { handOver } from "./hand-over.js";
import { expectedLength, type Sink } from "./sink.js";
import type { Source } from "./source.js";

/** true and false; whatever else may stand for them is left to the reference decoder. */
export class BooleanSink implements Sink {
  length = 0;
  private data = new Uint8Array(1);

  take(source: Source): void {
    if (this.length === this.data.length) {
      const grown = new Uint8Array(expectedLength(this.length, source));
      grown.set(this.data);
      this.data = grown;
    }
    const isTrue = source.peek() === 0x74;
    source.takeWord(isTrue ? "true" : "false");
    this.data[this.length++] = isTrue ? 1 : 0;
  }

  fillTo(length: number): void {
    if (length !== this.length) handOver();
  }

  finish(): Column {
    return { dtype: "bool", data: this.data.slice(0, this.length) };
  }
}

/** Texts, and null where `nulls` may stand among them. */
export class TextSink implements Sink {
  length = 0;
  private readonly nulls: boolean;
  private readonly data: (string | null)[] = [];
  private hasNull = false;

  constructor(nulls: boolean) {
    this.nulls = nulls;
  }

  take(source: Source): void {
    if (this.length >= source.limits.maxElements) handOver();
    if (source.peek() === QUOTE) this.data[this.length++] = source.takeText();
    else {
      source.takeWord("null");
      this.fillTo(this.length + 1);
    }
  }

  fillTo(length: number): void {
    if (length === this.length) return;
    if (!this.nulls) handOver();
    this.hasNull = true;
    while (this.length < length) this.data[this.length++] = null;
  }

  finish(): Column {
    // Without a null the list holds nothing but texts.
    return { dtype: this.hasNull ? "object" : "string", data: this.data } as Column;
  }
}

/** Values of the rarer types, read and cast as the reference decoder does. */
export class ValueSink implements Sink {
  private readonly values: JsonValue[] = [];
  private readonly cast: (values: readonly JsonValue[]) => Column;
  private readonly missing: JsonValue | undefined;

  constructor(cast: (values: readonly JsonValue[]) => Column, missing: JsonValue | undefined) {
    this.cast = cast;
    this.missing = missing;
  }

  get length(): number {
    return this.values.length;
  }

  take(source: Source): void {
    if (this.length >= source.limits.maxElements) handOver();
    source.peek();
    this.values.push(source.takeAny());
  }

  fillTo(length: number): void {
    while (this.values.length < length) this.values.push(this.missing ?? handOver());
  }

  finish(): Column {
    return this.cast(this.values);
  }
}

/** Passes over the values of a column that the signature does not have. */
export class SkippingSink implements Sink {
  length = 0;

  take(source: Source): void {
    const byte = source.peek();
    if (byte === QUOTE) source.takeText();
    else if (!skipPlainDigits(source)) source.takeAny();
    this.length++;
  }

  fillTo(length: number): void {
    this.length = length;
  }

  finish(): Column {
    return { dtype: "object", data: [] };
  }
}

/** Whole numbers without a sign, which an index is made of. */
function skipPlainDigits(source: Source): boolean {
  const { bytes } = source;
  const first = bytes[source.at] ?? END;
  if (first < 0x31 || first > 0x39) return false;
  let at = source.at + 1;
  while ((bytes[at] ?? END) >= 0x30 && (bytes[at] ?? END) <= 0x39) at++;
  const next = bytes[at] ?? END;
  if (at - source.at > 15 || next === 0x2e || next === 0x65 || next === 0x45) return false;
  source.at = at;
  return true;
}
