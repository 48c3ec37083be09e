import { type TensorsBatch, UNNAMED } from "../../../core/batch.js";
import { CLOSE_LIST } from "../../../core/json-bytes.js";
import type { Tensor } from "../../../core/tensor.js";
import type { TensorSpec } from "../../../format/signature.js";
import { chooseTensorSink } from "./choose-sink.js";
import { readNames } from "./column-forms.js";
import type { CompiledForms } from "./forms.js";
import { handOver } from "./hand-over.js";
import { type ColumnNames, compileNames, KeyOrder } from "./key-order.js";
import { readRecords } from "./read-records.js";
import { readSplit } from "./read-split.js";
import type { Sink } from "./sink.js";
import type { Source } from "./source.js";

/** Tables under tensors: one of `[any, n]` without a name, or named ones that hold a scalar for each row. */
export function compileFrameTensors(specs: readonly TensorSpec[]): CompiledForms {
  const [first] = specs;
  if (first === undefined) return {};
  if (first.name === undefined) return isTable(first) ? { dataframe_split: (source) => readTable(source, first) } : {};
  if (!specs.every(isColumn)) return {};
  const names = compileNames(specs.map(({ name }) => name ?? UNNAMED));
  return {
    dataframe_split: (source) => readColumnSplit(source, specs, names),
    dataframe_records: (source) => readColumnRecords(source, specs, names),
  };
}

function isTable({ shape: [rows, width = 0, ...rest] }: TensorSpec): boolean {
  return rows === -1 && width > 1 && rest.length === 0;
}

function isColumn({ shape: [rows, ...rest] }: TensorSpec): boolean {
  return rows === -1 && rest.length <= 1 && rest.every((size) => size === 1);
}

/** Every row goes into one sink, and what the columns are called does not matter. */
function readTable(source: Source, { dtype, shape: [, width = 0] }: TensorSpec): TensorsBatch {
  const sink = createSink(dtype);
  const sinks = new Array<Sink>(width).fill(sink);
  const rows = readSplit(source, { readNames: (from) => skipNames(from, sinks), unnamed: () => sinks });
  const tensor: Tensor = { ...sink.finish(), shape: [rows, width] };
  return { kind: "tensors", tensors: new Map([[UNNAMED, tensor]]) };
}

function skipNames(source: Source, sinks: readonly Sink[]): readonly Sink[] {
  let names = 0;
  do {
    if (names >= source.mostNames) handOver();
    source.peek();
    const name = source.takeAny(3);
    if (typeof name === "object" && name !== null) handOver();
    names++;
  } while (source.goesOn(CLOSE_LIST));
  return names === sinks.length ? sinks : handOver();
}

function readColumnSplit(source: Source, specs: readonly TensorSpec[], names: ColumnNames): TensorsBatch {
  const sinks = specs.map(({ dtype }) => createSink(dtype));
  const rows = readSplit(source, {
    readNames: (from) => readNames(from, new KeyOrder(names), sinks),
    unnamed: handOver,
  });
  return toBatch(specs, sinks, rows);
}

function readColumnRecords(source: Source, specs: readonly TensorSpec[], names: ColumnNames): TensorsBatch {
  source.depth = 3;
  const sinks = specs.map(({ dtype }) => createSink(dtype));
  return toBatch(specs, sinks, readRecords(source, new KeyOrder(names), sinks, "filled"));
}

function createSink(dtype: TensorSpec["dtype"]): Sink {
  return chooseTensorSink(dtype)?.() ?? handOver();
}

function toBatch(specs: readonly TensorSpec[], sinks: readonly Sink[], rows: number): TensorsBatch {
  const tensors = specs.map(({ name, shape: [, ...rest] }, i): [string, Tensor] => {
    const sink = sinks[i];
    if (sink?.length !== rows) return handOver();
    return [name ?? UNNAMED, { ...sink.finish(), shape: [rows, ...rest] }];
  });
  return { kind: "tensors", tensors: new Map(tensors) };
}
