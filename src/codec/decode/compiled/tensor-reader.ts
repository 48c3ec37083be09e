import { CLOSE_LIST, OPEN_LIST } from "../../../core/json-bytes.js";
import type { Tensor } from "../../../core/tensor.js";
import type { TensorSpec } from "../../../format/signature.js";
import { checkShape } from "../tensor-shape.js";
import { handOver } from "./hand-over.js";
import type { Sink } from "./sink.js";
import type { Source } from "./source.js";
import { takeList } from "./take-list.js";

/** Reads nested lists into one sink; as many levels as the signature has dimensions. */
export class TensorReader {
  private readonly spec: TensorSpec;
  private readonly sink: Sink;
  private readonly sizes: number[];

  constructor(spec: TensorSpec, sink: Sink) {
    this.spec = spec;
    this.sink = sink;
    this.sizes = spec.shape.map(() => -1);
  }

  /** The length of the outermost list; -1 before anything is read. */
  get length(): number {
    return this.sizes[0] ?? -1;
  }

  /** Reads the list that stands for the dimensions from `level` on. */
  takeList(source: Source, level = 0, row = 0): void {
    const isInnermost = level === this.sizes.length - 1;
    const size = isInnermost ? takeList(source, this.sink, row) : this.takeLists(source, level + 1, row);
    if (this.sizes[level] === -1) this.sizes[level] = size;
    else if (this.sizes[level] !== size) handOver();
  }

  private takeLists(source: Source, level: number, row: number): number {
    source.takeRow(OPEN_LIST, row);
    let size = 0;
    do {
      this.takeList(source, level, size);
      size++;
    } while (source.goesOn(CLOSE_LIST));
    return size;
  }

  /** Reads one item of the outermost dimension, the `row`-th. */
  takeRow(source: Source, row: number): void {
    if (Math.max(0, this.length) !== row) handOver();
    if (this.sizes.length === 1) this.sink.take(source);
    else this.takeList(source, 1);
    this.sizes[0] = row + 1;
  }

  /** Hands over where nothing was read; throws `schema_mismatch` for another shape than the signature's. */
  finish(): Tensor {
    if (this.length === -1) handOver();
    checkShape(this.spec, this.sizes);
    return { ...this.sink.finish(), shape: this.sizes };
  }
}
