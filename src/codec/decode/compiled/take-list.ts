import { CLOSE_LIST, OPEN_LIST } from "../../../core/json-bytes.js";
import { FloatSink } from "./float-sinks.js";
import type { Sink } from "./sink.js";
import type { Source } from "./source.js";

/** Reads a list of values, both brackets included, and gives how many there were. */
export function takeList(source: Source, sink: Sink, row = 0): number {
  const before = sink.length;
  source.takeRow(OPEN_LIST, row);
  if (sink instanceof FloatSink) sink.takeAll(source);
  else {
    do sink.take(source);
    while (source.goesOn(CLOSE_LIST));
  }
  return sink.length - before;
}
