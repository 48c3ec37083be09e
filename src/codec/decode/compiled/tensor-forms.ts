import { type TensorsBatch, UNNAMED } from "../../../core/batch.js";
import type { DecodeLimits } from "../../../core/decode-limits.js";
import { CLOSE_LIST, CLOSE_OBJECT, COLON, OPEN_LIST, OPEN_OBJECT } from "../../../core/json-bytes.js";
import type { TensorSpec, TensorsSchema } from "../../../format/signature.js";
import { chooseTensorSink } from "./choose-sink.js";
import type { CompiledForms } from "./forms.js";
import { compileFrameTensors } from "./frame-tensors.js";
import { handOver } from "./hand-over.js";
import { type ColumnNames, compileNames, KeyOrder } from "./key-order.js";
import { skipColumn } from "./skip-column.js";
import type { Source } from "./source.js";
import { TensorReader } from "./tensor-reader.js";

/** More levels than these are left to the reference decoder. */
const MAX_RANK = 32;
/** Levels around a tensor at most: `{"instances":[{"x":[…]}]}`. */
const LEVELS_AROUND = 3;

/** The forms of a body under a signature of tensors. */
export function compileTensorForms({ tensors }: TensorsSchema, { maxDepth }: DecodeLimits): CompiledForms {
  const maxRank = Math.min(MAX_RANK, maxDepth - LEVELS_AROUND);
  if (!tensors.every((spec) => isPlain(spec, maxRank))) return {};
  const reader = new TensorsReader(tensors);
  return {
    ...compileFrameTensors(tensors),
    inputs: (source) => reader.readInputs(source),
    instances: (source) => reader.readInstances(source),
  };
}

function isPlain({ dtype, shape }: TensorSpec, maxRank: number): boolean {
  return chooseTensorSink(dtype) !== undefined && shape.length > 0 && shape.length <= maxRank;
}

class TensorsReader {
  private readonly specs: readonly TensorSpec[];
  private readonly named: boolean;
  private readonly names: ColumnNames;

  constructor(specs: readonly TensorSpec[]) {
    this.specs = specs;
    this.named = specs[0]?.name !== undefined;
    this.names = compileNames(specs.map(({ name }) => name ?? UNNAMED));
  }

  readInputs(source: Source): TensorsBatch {
    const readers = this.createReaders();
    if (source.peek() !== OPEN_OBJECT) return this.readBare(source, readers);
    if (!this.named) handOver();
    readObject(source, new KeyOrder(this.names), readers);
    return this.toBatch(readers);
  }

  /** As `inputs`, but a list of objects gives a row of each tensor, and all tensors have as many rows. */
  readInstances(source: Source): TensorsBatch {
    const readers = this.createReaders();
    const lists = source.peek() !== OPEN_OBJECT;
    if (lists && source.peekSecond() !== OPEN_OBJECT) return this.readBare(source, readers);
    if (!this.named) handOver();
    if (lists) readRows(source, new KeyOrder(this.names), readers);
    else readObject(source, new KeyOrder(this.names), readers);
    const [first] = readers;
    if (readers.some(({ length }) => length !== first?.length)) handOver();
    return this.toBatch(readers);
  }

  private createReaders(): TensorReader[] {
    return this.specs.map((spec) => new TensorReader(spec, chooseTensorSink(spec.dtype)?.() ?? handOver()));
  }

  /** A list stands for the only tensor. */
  private readBare(source: Source, readers: readonly TensorReader[]): TensorsBatch {
    const [only] = readers;
    if (only === undefined || readers.length > 1) handOver();
    only.takeList(source);
    return this.toBatch(readers);
  }

  private toBatch(readers: readonly TensorReader[]): TensorsBatch {
    const tensors = readers.map((reader, i) => [this.specs[i]?.name ?? UNNAMED, reader.finish()] as const);
    return { kind: "tensors", tensors: new Map(tensors) };
  }
}

function readObject(source: Source, keys: KeyOrder, readers: readonly TensorReader[]): void {
  let place = 0;
  const others = new Set<number>();
  source.take(OPEN_OBJECT);
  do {
    source.peek();
    const tensor = keys.take(source, place++);
    source.take(COLON);
    source.peek();
    const reader = readers[tensor];
    if (reader?.length === -1) reader.takeList(source);
    else if (reader !== undefined || others.has(tensor)) handOver();
    else skipColumn(source);
    others.add(tensor);
  } while (source.goesOn(CLOSE_OBJECT));
}

/** A list of objects, of which each holds a row of every tensor and nothing else. */
function readRows(source: Source, keys: KeyOrder, readers: readonly TensorReader[]): void {
  let row = 0;
  source.take(OPEN_LIST);
  do {
    let place = 0;
    source.takeRow(OPEN_OBJECT, row);
    do {
      source.peek();
      const reader = readers[keys.take(source, place++)] ?? handOver();
      source.take(COLON);
      reader.takeRow(source, row);
    } while (source.goesOn(CLOSE_OBJECT));
    row++;
  } while (source.goesOn(CLOSE_LIST));
}
