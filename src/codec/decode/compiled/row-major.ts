import type { FloatSink } from "./float-sinks.js";
import { expectedLength } from "./sink.js";
import type { Source } from "./source.js";

/** Room for as many floats as are expected, at least `until`, with those that were read so far, from `startedAt` on. */
export function withRoom(
  values: Float64Array<ArrayBuffer>,
  length: number,
  source: Source,
  until: number,
  startedAt: number,
): Float64Array<ArrayBuffer> {
  const grown = new Float64Array(expectedLength(length, source, until, startedAt));
  grown.set(values);
  return grown;
}

/** Parts floats that were gathered row by row into the sinks of their columns; the last row may have but its first ones. */
export function giveColumns(values: Float64Array<ArrayBuffer>, length: number, sinks: readonly FloatSink[]): void {
  const { length: width } = sinks;
  sinks.forEach((sink, column) => {
    sink.takeColumn({ values, count: Math.ceil((length - column) / width), width, column });
  });
}
