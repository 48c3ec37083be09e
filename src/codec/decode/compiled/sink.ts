import type { Column } from "../../../core/tensor.js";
import { handOver } from "./hand-over.js";
import type { Source } from "./source.js";

/** Takes the values of one column or tensor as they are read. */
export interface Sink {
  /** Values so far. */
  readonly length: number;
  /** Reads the value that starts at the next byte. */
  take(source: Source): void;
  /** Rows up to this length have no value. Hands over where the type has no word for that. */
  fillTo(length: number): void;
  /** The values, once. */
  finish(): Column;
}

/** Makes the sink of one request. */
export type SinkFactory = () => Sink;

/**
 * Room for as many values as the rest of the text has, if it goes on as since `startedAt`, and for the `needed` ones at
 * least. Hands over where there may be no more.
 */
export function expectedLength(
  length: number,
  { at, end, limits }: Source,
  needed = length + 1,
  startedAt = 0,
): number {
  if (needed > limits.maxElements) handOver();
  const expected = length === 0 ? 0 : Math.ceil((length * (end - startedAt) * 1.02) / (at - startedAt));
  return Math.min(limits.maxElements, Math.max(needed, Math.min(expected, 50 * length), 2 * length));
}
