import { CLOSE_OBJECT } from "../../../core/json-bytes.js";
import { takeFloats } from "./float-runs.js";
import { FloatSink } from "./float-sinks.js";
import type { KeyOrder, WrittenKey } from "./key-order.js";
import { expectedLength, type Sink } from "./sink.js";
import type { Source } from "./source.js";

/* Here and not imported: see float-runs.ts. */
const COLON = 0x3a;
const SPACE = 0x20;

/**
 * Records of floats that all have the same keys in the same order: read row by row, and parted into columns in the end, as
 * one look at the bytes of a key says that it is the one that was expected.
 */
export class FloatRecords {
  /** Fields of the last record that were read. */
  fields = 0;
  /** Did it end with them? */
  isClosed = false;
  private readonly keys: readonly WrittenKey[];
  private readonly sinks: readonly FloatSink[];
  private readonly beyond: number;
  private readonly startedAt: number;
  private values = new Float64Array(0);
  private length = 0;

  private constructor(keys: readonly WrittenKey[], sinks: readonly FloatSink[], startedAt: number) {
    this.keys = keys;
    this.sinks = sinks;
    this.beyond = Math.min(...sinks.map(({ beyond }) => beyond));
    this.startedAt = startedAt;
  }

  /** undefined where the record before had another type of value, or not one for each sink. */
  static after(keys: KeyOrder, sinks: readonly Sink[], { at }: Source): FloatRecords | undefined {
    const floats: FloatSink[] = [];
    const written = keys.lastRow();
    for (const { column } of written) {
      const sink = sinks[column];
      if (!(sink instanceof FloatSink)) return undefined;
      floats.push(sink);
    }
    const isWhole = floats.length === sinks.length && sinks.every(({ length }) => length === 1);
    return isWhole ? new FloatRecords(written, floats, at) : undefined;
  }

  /** Reads the next record behind its brace, as far as its keys are the expected ones. Was it whole, with no other keys? */
  takeRecord(source: Source): boolean {
    const { keys, beyond } = this;
    if (this.length + keys.length > this.values.length) this.grow(source, this.length + keys.length);
    this.isClosed = false;
    for (this.fields = 0; this.fields < keys.length && !this.isClosed; this.fields++) {
      if (!takeKey(source, keys[this.fields])) return false;
      this.length = takeFloats(source, this.values, this.length, this.length + 1, beyond);
      this.isClosed = !source.goesOn(CLOSE_OBJECT);
    }
    return this.isClosed && this.fields === keys.length;
  }

  private grow(source: Source, until: number): void {
    const grown = new Float64Array(expectedLength(this.length, source, until, this.startedAt));
    grown.set(this.values);
    this.values = grown;
  }

  /** Gives what was read to the sinks, once; the last record may have but its first fields. */
  finish(): void {
    const { values, length, sinks } = this;
    const { length: width } = sinks;
    sinks.forEach((sink, column) => {
      sink.takeColumn({ values, count: Math.ceil((length - column) / width), width, column });
    });
  }
}

/** Takes a key and the colon behind it, where they stand as expected with at most one space around them. */
function takeKey(source: Source, key: WrittenKey | undefined): boolean {
  const { bytes } = source;
  if (key === undefined) return false;
  const start = bytes[source.at] === SPACE ? source.at + 1 : source.at;
  const end = start + key.length;
  if (end >= source.end) return false;
  for (let at = start, expected = key.start; at < end; at++, expected++)
    if (bytes[at] !== key.bytes[expected]) return false;
  if (bytes[end] !== COLON) return false;
  source.at = bytes[end + 1] === SPACE ? end + 2 : end + 1;
  return true;
}
