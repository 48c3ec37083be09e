import { type Batch, type BodyForm, type TensorsBatch, UNNAMED } from "../../core/batch.js";
import { CLOSE_LIST, CLOSE_OBJECT, COLON, COMMA, OPEN_LIST, OPEN_OBJECT } from "../../core/json-bytes.js";
import { type Column, elementCount, type Tensor } from "../../core/tensor.js";
import { ByteWriter } from "./byte-writer.js";
import { compileElementWriters, type ElementWriters } from "./element-writers.js";
import type { NumberStyle } from "./number-style.js";
import { compileValueText } from "./values.js";

/** What the shape of an answer depends on besides the outputs. */
export interface AnswerTo {
  readonly form: BodyForm;
  /** The rows of the table that was asked about; undefined when the request was no table. */
  readonly tableRows: number | undefined;
}

/** What an output without a name is called where it has to have one: as a column of a file or a stream. */
export const NAMELESS = "predictions";

/** Writes the outputs of a model as the body of an answer. */
export type Encoder = (batch: Batch, to: AnswerTo) => Uint8Array;

/** Enough for an answer of a few rows, which then needs no second buffer. */
const CAPACITY = 256;

/**
 * The encoder of JSON answers, which goes from typed arrays to bytes.
 *
 * A table is answered by a list of records, one per row; tensors by an object of nested lists in full shape. All but an
 * unwrapped request find it under `predictions`.
 */
export function compileEncoder(style: NumberStyle = {}): Encoder {
  // Answers are written one after the other, so that all of them share what writes them.
  const to = new ByteWriter(CAPACITY);
  const elementWriters = compileElementWriters(style)(to);
  const valueText = compileValueText(style);
  return (batch, { form, tableRows }) => {
    to.clear();
    if (form !== "unwrapped") to.text('{"predictions":');
    if (batch.kind === "value") to.text(valueText(batch.value));
    else new OutputsWriter(to, elementWriters).write(batch, tableRows);
    if (form !== "unwrapped") to.byte(CLOSE_OBJECT);
    return to.finish();
  };
}

/** A column of a table: its name as JSON, and how the value of a row is written. */
interface RecordField {
  readonly name: string;
  readonly write: (row: number) => void;
}

/** Writes the outputs of one answer. */
class OutputsWriter {
  private readonly to: ByteWriter;
  private readonly elements: ElementWriters;

  constructor(to: ByteWriter, elements: ElementWriters) {
    this.to = to;
    this.elements = elements;
  }

  write(batch: Exclude<Batch, { kind: "value" }>, tableRows: number | undefined): void {
    if (batch.kind === "tensors") this.writeTensors(batch, tableRows);
    else {
      const fields = Array.from(batch.columns, ([name, column]) => this.columnField(name, column));
      this.writeRecords(fields, batch.rows);
    }
  }

  private writeTensors(batch: TensorsBatch, tableRows: number | undefined): void {
    // A tensor without a name makes no column of a table.
    const isTable = tableRows !== undefined && !batch.tensors.has(UNNAMED);
    const table = isTable ? tableOf(batch, tableRows) : undefined;
    if (table === undefined) this.writeLists(batch);
    else
      this.writeRecords(
        table.outputs.map(([name, tensor]) => this.rowField(name, tensor)),
        table.rows,
      );
  }

  private columnField(name: string, { dtype, data }: Column): RecordField {
    const write = this.elements(dtype, "cell");
    return { name, write: (row) => write(data, row) };
  }

  /** One value per row is a scalar; several are a list in the cell. */
  private rowField(name: string, { dtype, shape, data }: Tensor): RecordField {
    const write = this.elements(dtype, "cell");
    const inner = shape.slice(1);
    const size = elementCount(inner);
    if (size === 1) return { name, write: (row) => write(data, row) };
    return { name, write: (row) => this.writeNested(inner, (index) => write(data, index), row * size) };
  }

  private writeRecords(fields: readonly RecordField[], rows: number): void {
    const { to } = this;
    const keys = fields.map(({ name }, f) => Buffer.from(`${f === 0 ? "{" : ","}${JSON.stringify(name)}:`, "utf8"));
    to.byte(OPEN_LIST);
    for (let row = 0; row < rows; row++) {
      if (row > 0) to.byte(COMMA);
      if (fields.length === 0) to.byte(OPEN_OBJECT);
      for (let f = 0; f < fields.length; f++) {
        to.raw(keys[f] ?? new Uint8Array());
        fields[f]?.write(row);
      }
      to.byte(CLOSE_OBJECT);
    }
    to.byte(CLOSE_LIST);
  }

  private writeLists({ tensors }: TensorsBatch): void {
    const only = tensors.size === 1 ? tensors.get(UNNAMED) : undefined;
    if (only !== undefined) {
      this.writeTensor(only);
      return;
    }
    this.to.byte(OPEN_OBJECT);
    let first = true;
    for (const [name, tensor] of tensors) {
      if (!first) this.to.byte(COMMA);
      first = false;
      this.to.text(JSON.stringify(name));
      this.to.byte(COLON);
      this.writeTensor(tensor);
    }
    this.to.byte(CLOSE_OBJECT);
  }

  private writeTensor({ dtype, shape, data }: Tensor): void {
    const write = this.elements(dtype, "tensor");
    this.writeNested(shape, (index) => write(data, index), 0);
  }

  /** Nested lists of `shape`, from the element at `start` on. */
  private writeNested(shape: readonly number[], write: (index: number) => void, start: number): void {
    const [length, ...inner] = shape;
    if (length === undefined) {
      write(start);
      return;
    }
    const size = elementCount(inner);
    this.to.byte(OPEN_LIST);
    for (let i = 0; i < length; i++) {
      if (i > 0) this.to.byte(COMMA);
      if (inner.length === 0) write(start + i);
      else this.writeNested(inner, write, start + i * size);
    }
    this.to.byte(CLOSE_LIST);
  }
}

/** The outputs of a model that was given a table, as a table; undefined where they make none. */
function tableOf(
  { tensors }: TensorsBatch,
  rows: number,
): { outputs: readonly (readonly [string, Tensor])[]; rows: number } | undefined {
  const outputs = [...tensors];
  if (outputs.every(([, { shape }]) => shape[0] === rows)) return { outputs, rows };
  // MLflow lays every output out flat; where that makes no table either, the outputs are given as they are.
  const lengths = new Set(outputs.map(([, { shape }]) => elementCount(shape)));
  const [length] = lengths;
  if (lengths.size !== 1 || length === undefined) return undefined;
  return { outputs: outputs.map(([name, tensor]) => [name, { ...tensor, shape: [length] }] as const), rows: length };
}
