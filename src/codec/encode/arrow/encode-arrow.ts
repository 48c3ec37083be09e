import { type Data, Field, makeData, RecordBatch, Schema, Struct, Table, tableToIPC } from "apache-arrow";
import { type Batch, type TensorsBatch, UNNAMED } from "../../../core/batch.js";
import { elementCount, type Tensor } from "../../../core/tensor.js";
import { type AnswerTo, NAMELESS } from "../predictions.js";
import { columnData, fixedListData } from "./arrow-data.js";
import { noTable, objectsData } from "./objects-data.js";

/**
 * Writes the outputs of a model as an Arrow stream of one record batch: a column for each output, with lists of a fixed
 * size where it has several values for a row.
 *
 * Throws `not_acceptable` for outputs that make no table: single values, other numbers of rows, values of any form.
 */
export function encodeArrow(batch: Batch, { tableRows }: AnswerTo): Uint8Array {
  switch (batch.kind) {
    case "columns":
      return write(Array.from(batch.columns, ([name, column]) => [name, columnData(column)]));
    case "tensors":
      return write(tensorColumns(batch, tableRows !== undefined));
    case "value":
      return write(recordColumns(batch.value));
  }
}

type NamedData = readonly [name: string, data: Data];

function tensorColumns({ tensors }: TensorsBatch, isTable: boolean): NamedData[] {
  const rows = new Set(Array.from(tensors.values(), ({ shape }) => shape[0]));
  if (rows.has(undefined)) throw noTable("a single value instead of rows");
  if (rows.size > 1) throw noTable("outputs with different numbers of rows");
  return Array.from(tensors, ([name, tensor]) => [name === UNNAMED ? NAMELESS : name, tensorData(tensor, isTable)]);
}

/** One value per row is a value in the answer to a table, as in JSON, and else a list of one. */
function tensorData({ dtype, shape, data }: Tensor, isTable: boolean): Data {
  const inner = shape.slice(1);
  const items = columnData({ dtype, data } as Tensor);
  if (isTable && elementCount(inner) === 1) return items;
  if (inner.includes(0)) throw noTable("lists of no values");
  return inner.reduceRight(fixedListData, items);
}

/** A list of objects, one per row, or of any other values of one form. */
function recordColumns(value: unknown): NamedData[] {
  if (!Array.isArray(value)) throw noTable("a value instead of rows");
  const data = objectsData(value);
  const { type, children } = data;
  const isRecords = value.length > 0 && type instanceof Struct && data.nullCount === 0;
  return isRecords ? children.map((child, i) => [type.children[i]?.name ?? "", child]) : [[NAMELESS, data]];
}

function write(columns: readonly NamedData[]): Uint8Array {
  const fields = columns.map(([name, { type }]) => new Field(name, type, true));
  const children = columns.map(([, data]) => data);
  const data = makeData({ type: new Struct(fields), length: children[0]?.length ?? 0, nullCount: 0, children });
  return tableToIPC(new Table([new RecordBatch(new Schema(fields), data)]), "stream");
}
