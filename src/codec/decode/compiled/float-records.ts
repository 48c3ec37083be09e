import { CLOSE_OBJECT } from "../../../core/json-bytes.js";
import { takeFloats } from "./float-runs.js";
import { FloatSink } from "./float-sinks.js";
import type { KeyOrder, WrittenKey } from "./key-order.js";
import { giveColumns, withRoom } from "./row-major.js";
import type { Sink } from "./sink.js";
import type { Source } from "./source.js";

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
    const { keys, length, beyond } = this;
    const until = length + keys.length;
    if (until > this.values.length) this.values = withRoom(this.values, length, source, until, this.startedAt);
    this.length = takeFloats(source, this.values, length, until, beyond, keys);
    this.fields = this.length - length;
    this.isClosed = this.fields > 0 && !source.goesOn(CLOSE_OBJECT);
    return this.isClosed && this.length === until;
  }

  /** Gives what was read to the sinks, once; the last record may have but its first fields. */
  finish(): void {
    giveColumns(this.values, this.length, this.sinks);
  }
}
