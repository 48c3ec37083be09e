import type { DType } from "../../../core/tensor.js";
import type { ColumnCast } from "../column-cast.js";
import { FloatSink } from "./float-sinks.js";
import { handOver } from "./hand-over.js";
import { IntegerSink } from "./integer-sinks.js";
import type { Sink, SinkFactory } from "./sink.js";
import { BooleanSink, TextSink, ValueSink } from "./value-sinks.js";

/** What values of a type are gathered in; a type without an entry has no reader of its own. */
const SINKS: Partial<Record<DType, SinkFactory>> = {
  bool: () => new BooleanSink(),
  int8: () => new IntegerSink("int8"),
  int16: () => new IntegerSink("int16"),
  int32: () => new IntegerSink("int32"),
  int64: () => new IntegerSink("int64"),
  uint8: () => new IntegerSink("uint8"),
  uint16: () => new IntegerSink("uint16"),
  uint32: () => new IntegerSink("uint32"),
  uint64: () => new IntegerSink("uint64"),
  float16: () => new FloatSink("float16"),
  float32: () => new FloatSink("float32"),
  float64: () => new FloatSink("float64"),
  string: () => new TextSink(false),
};

/** For the elements of a tensor; undefined for a type that is left to the reference decoder. */
export function chooseTensorSink(dtype: DType): SinkFactory | undefined {
  return SINKS[dtype];
}

/** For cells of a table, which may be missing. */
export function chooseCellSink(column: ColumnCast, position: number): SinkFactory {
  if (column.isNested) return (): Sink => new ValueSink((cells) => column.cells(cells, position), Number.NaN);
  if (column.dtype === "string") return () => new TextSink(true);
  return SINKS[column.dtype] ?? (() => new ValueSink((cells) => column.cells(cells, position), Number.NaN));
}

/** For the values of one column in `inputs` or `instances`, one per row. */
export function chooseElementSink(column: ColumnCast): SinkFactory {
  const known = SINKS[column.dtype];
  if (known !== undefined) return known;
  return () =>
    new ValueSink((values) => {
      const cast = column.value([...values], "");
      return cast.rank === 1 ? cast.column : handOver();
    }, undefined);
}
