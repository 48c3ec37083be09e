import type { ColumnsBatch } from "../../../core/batch.js";
import type { DecodeLimits } from "../../../core/decode-limits.js";
import { CLOSE_LIST, CLOSE_OBJECT, COLON, OPEN_LIST, OPEN_OBJECT, QUOTE } from "../../../core/json-bytes.js";
import type { ColumnsSchema } from "../../../format/signature.js";
import type { CastTable } from "../casts.js";
import { type ColumnCast, compileColumn } from "../column-cast.js";
import { chooseCellSink, chooseElementSink } from "./choose-sink.js";
import type { CompiledForms } from "./forms.js";
import { handOver } from "./hand-over.js";
import { type ColumnNames, compileNames, KeyOrder } from "./key-order.js";
import { type MissingValues, readRecords, sinkOf } from "./read-records.js";
import { readSplit } from "./read-split.js";
import type { Sink, SinkFactory } from "./sink.js";
import { skipColumn } from "./skip-column.js";
import type { Source } from "./source.js";
import { takeList } from "./take-list.js";
import { SkippingSink } from "./value-sinks.js";

/** The forms of a body under a signature of columns that have names. */
export function compileColumnForms(schema: ColumnsSchema, casts: CastTable, limits: DecodeLimits): CompiledForms {
  if (schema.columns[0]?.name === undefined) return {};
  const columns = schema.columns.map((spec) => compileColumn(spec, casts, limits));
  const reader = new ColumnsReader(columns);
  const frames: CompiledForms = {
    dataframe_split: (source) => reader.readSplit(source),
    dataframe_records: (source) => reader.readFrameRecords(source),
  };
  // Beside a nested value, lists of the other columns mean something else.
  if (columns.some(({ isNested }) => isNested)) return frames;
  return {
    ...frames,
    inputs: (source) => reader.readValues(source, "filled"),
    instances: (source) => reader.readValues(source, "handed over"),
  };
}

class ColumnsReader {
  private readonly columns: readonly ColumnCast[];
  private readonly names: ColumnNames;
  private readonly cellSinks: readonly SinkFactory[];
  private readonly elementSinks: readonly SinkFactory[];

  constructor(columns: readonly ColumnCast[]) {
    this.columns = columns;
    this.names = compileNames(columns.map(({ spec }) => spec.name ?? ""));
    this.cellSinks = columns.map(chooseCellSink);
    this.elementSinks = columns.map(chooseElementSink);
  }

  readSplit(source: Source): ColumnsBatch {
    const sinks = this.cellSinks.map((create) => create());
    const rows = readSplit(source, {
      readNames: (from) => readNames(from, new KeyOrder(this.names), sinks),
      unnamed: handOver,
    });
    return this.toBatch(sinks, rows);
  }

  readFrameRecords(source: Source): ColumnsBatch {
    source.depth = 3;
    const sinks = this.cellSinks.map((create) => create());
    return this.toBatch(sinks, readRecords(source, new KeyOrder(this.names), sinks, "filled"));
  }

  /** `inputs` and `instances`. */
  readValues(source: Source, missing: MissingValues): ColumnsBatch {
    const sinks = this.elementSinks.map((create) => create());
    if (source.peek() === OPEN_OBJECT) return this.toBatch(sinks, readColumns(source, new KeyOrder(this.names), sinks));
    source.depth = 3;
    if (source.peekSecond() === OPEN_OBJECT) {
      // What an unknown column of instances holds matters to the reference decoder.
      const rows = readRecords(source, new KeyOrder(this.names), sinks, missing);
      if (missing === "handed over" && sinks.length > this.columns.length) handOver();
      return this.toBatch(sinks, rows);
    }
    const [only] = sinks;
    return only !== undefined && sinks.length === 1 ? this.toBatch(sinks, takeList(source, only)) : handOver();
  }

  private toBatch(sinks: readonly Sink[], rows: number): ColumnsBatch {
    const columns = new Map<string, ReturnType<Sink["finish"]>>();
    for (let i = 0; i < this.columns.length; i++) {
      const { spec } = this.columns[i] ?? handOver();
      const sink = sinks[i];
      if (sink?.length === rows) columns.set(spec.name ?? "", sink.finish());
      else if (sink?.length !== 0 || spec.required) handOver();
    }
    return columns.size === 0 ? handOver() : { kind: "columns", rows, columns };
  }
}

/** The sinks of the columns that are named, in their order; one that the signature does not have is passed over. */
export function readNames(source: Source, keys: KeyOrder, sinks: readonly Sink[]): readonly Sink[] {
  const used = new Uint8Array(sinks.length);
  const others = new SkippingSink();
  const order: Sink[] = [];
  source.depth = 3;
  do {
    if (order.length >= source.mostNames) handOver();
    const column = source.peek() === QUOTE ? keys.take(source, order.length) : skipName(source, sinks.length);
    if (used[column] === 1) handOver();
    used[column] = 1;
    order.push(sinks[column] ?? others);
  } while (source.goesOn(CLOSE_LIST));
  return order;
}

/** A number or another word as a name, which names no column of a signature. */
function skipName(source: Source, column: number): number {
  const name = source.takeAny();
  return typeof name === "object" && name !== null ? handOver() : column;
}

/** An object of columns, each a list or all of them a single value; gives the number of rows. */
function readColumns(source: Source, keys: KeyOrder, sinks: Sink[]): number {
  const known = sinks.length;
  let rows: number | undefined;
  let scalars: boolean | undefined;
  let place = 0;
  source.take(OPEN_OBJECT);
  do {
    source.peek();
    const column = keys.take(source, place++);
    const sink = sinkOf(sinks, column);
    source.take(COLON);
    if (sink.length > 0) handOver();
    const scalar = source.peek() !== OPEN_LIST;
    source.depth = scalar ? 2 : 3;
    if (column >= known) {
      skipColumn(source);
      sink.fillTo(1);
      continue;
    }
    if (scalar) sink.take(source);
    else takeList(source, sink);
    scalars ??= scalar;
    rows ??= sink.length;
    if (sink.length !== rows || scalar !== scalars) handOver();
  } while (source.goesOn(CLOSE_OBJECT));
  return rows ?? handOver();
}
