import { CLOSE_LIST, CLOSE_OBJECT, COLON, OPEN_LIST, OPEN_OBJECT } from "../../../core/json-bytes.js";
import { FloatRecords } from "./float-records.js";
import { handOver } from "./hand-over.js";
import type { KeyOrder } from "./key-order.js";
import type { Sink } from "./sink.js";
import type { Source } from "./source.js";
import { SkippingSink } from "./value-sinks.js";

/** What a value that a record lacks is. */
export type MissingValues = "filled" | "handed over";

/**
 * Reads a list of records into one sink for each column, and gives the number of rows; a sink that no record had a value
 * for stays empty. More sinks are added for names that the signature does not have.
 */
export function readRecords(source: Source, keys: KeyOrder, sinks: Sink[], missing: MissingValues): number {
  const known = sinks.length;
  let rows = 0;
  let floats: FloatRecords | undefined;
  source.take(OPEN_LIST);
  do {
    source.takeRow(OPEN_OBJECT, rows);
    if (rows === 1) floats = FloatRecords.after(keys, sinks, source);
    if (floats === undefined) readRecord(source, keys, sinks, { row: rows, place: 0, missing });
    else if (!floats.takeRecord(source)) {
      floats.finish();
      if (!floats.isClosed) readRecord(source, keys, sinks, { row: rows, place: floats.fields, missing });
      floats = undefined;
    }
    rows++;
  } while (source.goesOn(CLOSE_LIST));
  floats?.finish();
  for (let i = 0; i < known; i++) {
    const sink = sinks[i];
    if (sink !== undefined && sink.length > 0 && sink.length !== rows) fill(sink, rows, missing);
  }
  return rows;
}

interface RecordPlace {
  readonly row: number;
  /** How many keys were read already. */
  readonly place: number;
  readonly missing: MissingValues;
}

function readRecord(source: Source, keys: KeyOrder, sinks: Sink[], { row, place: first, missing }: RecordPlace): void {
  let place = first;
  if (place === 0 && source.takesIf(CLOSE_OBJECT)) return;
  do {
    source.peek();
    const sink = sinkOf(sinks, keys.take(source, place++));
    source.take(COLON);
    if (sink.length !== row) fill(sink, row, missing);
    sink.take(source);
  } while (source.goesOn(CLOSE_OBJECT));
}

export function sinkOf(sinks: Sink[], column: number): Sink {
  const known = sinks[column];
  if (known !== undefined) return known;
  const sink = new SkippingSink();
  sinks[column] = sink;
  return sink;
}

function fill(sink: Sink, rows: number, missing: MissingValues): void {
  // It is ahead where a key stands twice in one record.
  if (sink.length > rows || (missing === "handed over" && !(sink instanceof SkippingSink))) handOver();
  sink.fillTo(rows);
}
