import { CLOSE_LIST, OPEN_LIST } from "../../../core/json-bytes.js";
import type { Tensor } from "../../../core/tensor.js";
import type { TensorSpec } from "../../../format/signature.js";
import { checkShape } from "../tensor-shape.js";
import { handOver } from "./hand-over.js";
import type { Sink } from "./sink.js";
import type { Source } from "./source.js";

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
  takeList(source: Source, level = 0): void {
    let size = 0;
    source.take(OPEN_LIST);
    do {
      this.takeItem(source, level);
      size++;
    } while (source.goesOn(CLOSE_LIST));
    if (this.sizes[level] === -1) this.sizes[level] = size;
    else if (this.sizes[level] !== size) handOver();
  }

  private takeItem(source: Source, level: number): void {
    if (level === this.sizes.length - 1) this.sink.take(source);
    else this.takeList(source, level + 1);
  }

  /** Reads one item of the outermost dimension, the `row`-th. */
  takeRow(source: Source, row: number): void {
    if (Math.max(0, this.length) !== row) handOver();
    this.takeItem(source, 0);
    this.sizes[0] = row + 1;
  }

  /** Throws `schema_mismatch` for another shape than the signature's. */
  finish(): Tensor {
    checkShape(this.spec, this.sizes);
    return { ...this.sink.finish(), shape: this.sizes };
  }
}
