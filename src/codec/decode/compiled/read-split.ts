import { CLOSE_LIST, CLOSE_OBJECT, COLON, OPEN_LIST, OPEN_OBJECT } from "../../../core/json-bytes.js";
import { handOver } from "./hand-over.js";
import { type RowPart, toRowParts } from "./row-parts.js";
import type { Sink } from "./sink.js";
import type { Source } from "./source.js";
import { SkippingSink } from "./value-sinks.js";

/** Says where the values of a row go. */
export interface SplitTarget {
  /** Reads the list of names behind its bracket, and gives a sink for each. */
  readNames(source: Source): readonly Sink[];
  /** The sinks of a table that names no columns. */
  unnamed(): readonly Sink[];
}

/** Reads the value of `dataframe_split` and gives the number of rows; `data` must come after `columns`. */
export function readSplit(source: Source, target: SplitTarget): number {
  let sinks: readonly Sink[] | undefined;
  let rows: number | undefined;
  let entries: number | undefined;
  source.take(OPEN_OBJECT);
  do {
    source.peek();
    const key = source.takeText();
    source.take(COLON);
    source.take(OPEN_LIST);
    if (key === "columns" && sinks === undefined) sinks = target.readNames(source);
    else if (key === "data" && rows === undefined) {
      sinks ??= target.unnamed();
      rows = readRows(source, sinks);
    } else if (key === "index" && entries === undefined) entries = readIndex(source);
    else handOver();
  } while (source.goesOn(CLOSE_OBJECT));
  if (rows === undefined || (entries !== undefined && entries !== rows)) handOver();
  return rows;
}

function readRows(source: Source, sinks: readonly Sink[]): number {
  if (sinks.length > source.limits.maxElements) handOver();
  source.depth = 4;
  readFirstRow(source, sinks);
  return source.goesOn(CLOSE_LIST) ? readOtherRows(source, toRowParts(sinks)) : 1;
}

/** Most requests have but one row, for which parts would not pay. */
function readFirstRow(source: Source, sinks: readonly Sink[]): void {
  const last = sinks.length - 1;
  source.takeRow(OPEN_LIST, 0);
  for (let i = 0; i <= last; i++) {
    sinks[i]?.take(source);
    if (source.goesOn(CLOSE_LIST) !== i < last) handOver();
  }
}

function readOtherRows(source: Source, parts: readonly RowPart[]): number {
  const last = parts.length - 1;
  let rows = 1;
  do {
    source.takeRow(OPEN_LIST, rows);
    for (let i = 0; i <= last; i++) {
      parts[i]?.take(source);
      if (source.goesOn(CLOSE_LIST) !== i < last) handOver();
    }
    rows++;
  } while (source.goesOn(CLOSE_LIST));
  for (const part of parts) part.finish();
  return rows;
}

function readIndex(source: Source): number {
  const sink = new SkippingSink();
  source.depth = 3;
  do {
    if (sink.length >= source.limits.maxElements) handOver();
    sink.take(source);
  } while (source.goesOn(CLOSE_LIST));
  return sink.length;
}
