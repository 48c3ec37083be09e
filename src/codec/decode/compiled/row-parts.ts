import { takeFloats } from "./float-runs.js";
import { FloatSink } from "./float-sinks.js";
import { handOver } from "./hand-over.js";
import { giveColumns, withRoom } from "./row-major.js";
import type { Sink } from "./sink.js";
import type { Source } from "./source.js";

/** Cells that stand beside each other in every row of a table. */
export interface RowPart {
  /** Reads those of the next row, with commas between them. */
  take(source: Source): void;
  /** Gives what was read to the sinks, once. */
  finish(): void;
}

/** Parts the cells of a row by how they are read: floats beside each other together, any other by its sink. */
export function toRowParts(sinks: readonly Sink[]): readonly RowPart[] {
  const [first] = sinks;
  if (first instanceof FloatSink && sinks.length > 1 && sinks.every((sink) => sink === first))
    return [new OneSink(first, sinks.length)];
  const parts: RowPart[] = [];
  for (let start = 0, end = 0; start < sinks.length; start = end) {
    const floats = floatsFrom(sinks, start);
    end = start + Math.max(1, floats.length);
    parts.push(floats.length > 1 ? new FloatCells(floats) : new Cell(sinks[start] ?? handOver()));
  }
  return parts;
}

/** The sinks of floats from a position on, up to the first other one. */
function floatsFrom(sinks: readonly Sink[], start: number): FloatSink[] {
  const floats: FloatSink[] = [];
  for (let sink = sinks[start]; sink instanceof FloatSink; sink = sinks[start + floats.length]) floats.push(sink);
  return floats;
}

class Cell implements RowPart {
  private readonly sink: Sink;

  constructor(sink: Sink) {
    this.sink = sink;
  }

  take(source: Source): void {
    this.sink.take(source);
  }

  finish(): void {}
}

/** A table that is one tensor: its rows lie behind each other already. */
class OneSink implements RowPart {
  private readonly sink: FloatSink;
  private readonly width: number;

  constructor(sink: FloatSink, width: number) {
    this.sink = sink;
    this.width = width;
  }

  take(source: Source): void {
    this.sink.takeSome(source, this.width);
  }

  finish(): void {}
}

/** Floats of several columns, gathered row by row and parted into columns in the end. */
class FloatCells implements RowPart {
  private readonly sinks: readonly FloatSink[];
  private readonly beyond: number;
  private values = new Float64Array(0);
  private length = 0;
  private startedAt = 0;

  constructor(sinks: readonly FloatSink[]) {
    this.sinks = sinks;
    this.beyond = Math.min(...sinks.map(({ beyond }) => beyond));
  }

  take(source: Source): void {
    const until = this.length + this.sinks.length;
    if (until > this.values.length) this.grow(source, until);
    this.length = takeFloats(source, this.values, this.length, until, this.beyond);
    if (this.length !== until) handOver();
  }

  private grow(source: Source, until: number): void {
    if (this.length === 0) this.startedAt = source.at;
    this.values = withRoom(this.values, this.length, source, until, this.startedAt);
  }

  finish(): void {
    giveColumns(this.values, this.length, this.sinks);
  }
}
