import { NAMELESS } from "../codec/encode/predictions.js";
import { MlserveError, quoteName } from "../core/errors.js";
import { type Column, type DType, isTypedDType, TYPED_ARRAYS } from "../core/tensor.js";
import type { Schema } from "../format/signature.js";
import { COLUMN_DTYPES } from "../format/signature.js";
import type { OutputColumn } from "./row-source.js";
import type { Segment } from "./score-blocks.js";

/** Rows of the output with all columns; undefined stands for one that has no value in any of the rows. */
export interface OutputRows {
  readonly rows: number;
  readonly columns: readonly (OutputColumn | undefined)[];
}

/** Writes the output. Its columns are known before its first rows come. */
export interface Sink {
  /** Writes what goes before all rows. `columns` show the types, as far as they are known. */
  start(columns: readonly OutputColumn[]): Promise<void>;
  write(rows: OutputRows): Promise<void>;
  finish(): Promise<void>;
}

/** Gives every row of the output the same columns: those to keep, then the predictions of the first row that has any. */
export class OutputTable {
  private readonly sink: Sink;
  private readonly keep: readonly string[];
  private readonly outputs: Schema | undefined;
  private predicted: readonly string[] | undefined;
  private waiting: Segment[] = [];
  private row = 0;

  constructor(sink: Sink, { keep, outputs }: { keep: readonly string[]; outputs: Schema | undefined }) {
    this.sink = sink;
    this.keep = keep;
    this.outputs = outputs;
  }

  async add(segment: Segment): Promise<void> {
    if (this.predicted !== undefined) return await this.write(this.predicted, segment);
    this.waiting.push(segment);
    if (segment.predictions !== undefined) await this.start(segment.kept, segment.predictions);
  }

  /** Without a row, the columns are those of the signature. */
  async finish(): Promise<void> {
    if (this.predicted === undefined) {
      const kept = this.keep.map((name) => emptyColumn(name, "object", []));
      await this.start(kept, signatureColumns(this.outputs));
    }
    await this.sink.finish();
  }

  private async start(kept: readonly OutputColumn[], predictions: readonly OutputColumn[]): Promise<void> {
    this.predicted = predictions.map(({ name }) => name);
    const twice = this.keep.find((name) => this.predicted?.includes(name));
    if (twice !== undefined)
      throw new MlserveError("usage", `the model has an output ${quoteName(twice)} too`, { where: "columns to keep" });
    await this.sink.start([...kept, ...predictions]);
    for (const segment of this.waiting) await this.write(this.predicted, segment);
    this.waiting = [];
  }

  private async write(predicted: readonly string[], { rows, kept, predictions = [] }: Segment): Promise<void> {
    const extra = predictions.find(({ name }) => !predicted.includes(name));
    if (extra !== undefined)
      throw new MlserveError("not_acceptable", `the model returned ${quoteName(extra.name)}, which it did not before`, {
        where: `the rows of the output from ${this.row} on`,
      });
    const columns = [...pick(this.keep, kept), ...pick(predicted, predictions)];
    await this.sink.write({ rows, columns });
    this.row += rows;
  }
}

function pick(names: readonly string[], columns: readonly OutputColumn[]): (OutputColumn | undefined)[] {
  return names.map((name) => columns.find((column) => column.name === name));
}

function signatureColumns(outputs: Schema | undefined): OutputColumn[] {
  if (outputs === undefined) return [];
  if (outputs.kind === "columns")
    return outputs.columns.map(({ name = NAMELESS, type }) =>
      emptyColumn(name, type.kind === "scalar" ? COLUMN_DTYPES[type.type] : "object", []),
    );
  return outputs.tensors.map(({ name = NAMELESS, dtype, shape: [, ...inner] }) =>
    inner.includes(-1) ? emptyColumn(name, "object", []) : emptyColumn(name, dtype, inner),
  );
}

function emptyColumn(name: string, dtype: DType, inner: readonly number[]): OutputColumn {
  const data = isTypedDType(dtype) ? new TYPED_ARRAYS[dtype](0) : [];
  return { name, inner, column: { dtype, data } as Column };
}
