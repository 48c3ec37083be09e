import {
  AsyncByteQueue,
  Data,
  Field,
  makeData,
  RecordBatch,
  RecordBatchFileWriter,
  RecordBatchStreamWriter,
  Schema,
  Struct,
  util,
  vectorFromArray,
} from "apache-arrow";
import { columnData, fixedListData } from "../../codec/encode/arrow/arrow-data.js";
import { validity } from "../../codec/encode/arrow/arrow-layout.js";
import type { Sink } from "../output-table.js";
import type { OutputColumn } from "../row-source.js";
import type { ByteSink } from "./byte-sink.js";
import { createGroupSink, type JoinedColumn, otherType } from "./column-buffer.js";

/** Holds what a writer writes until it is taken. */
class ChunkQueue extends AsyncByteQueue {
  private held: Uint8Array[] = [];

  override write(value: Uint8Array): void {
    this.held.push(Uint8Array.from(value));
  }

  take(): Uint8Array {
    const bytes = Buffer.concat(this.held);
    this.held = [];
    return bytes;
  }
}

/** Writes an Arrow file, or a stream, with a record batch for each group of rows. */
export function createArrowSink(bytes: ByteSink, form: "file" | "stream"): Sink {
  const queue = new ChunkQueue();
  const writer = form === "file" ? new RecordBatchFileWriter() : new RecordBatchStreamWriter();
  let schema: Schema | undefined;
  writer.reset(queue);

  return createGroupSink({
    async writeGroup({ rows, columns }) {
      const children = columns.map((column, i) => dataOf(column, schema?.fields[i]));
      schema ??= schemaOf(columns, children);
      writer.write(batchOf(schema, rows, children));
      await bytes.write(queue.take());
    },
    async finish(columns) {
      if (columns !== undefined) writer.reset(queue, emptySchema(columns));
      writer.finish();
      await bytes.write(queue.take());
    },
  });
}

function schemaOf(columns: readonly OutputColumn[], data: readonly Data[]): Schema {
  return new Schema(columns.map(({ name }, i) => new Field(name, (data[i] ?? makeNothing()).type, true)));
}

function emptySchema(columns: readonly JoinedColumn[]): Schema {
  return schemaOf(
    columns,
    columns.map((column) => dataOf(column, undefined)),
  );
}

function makeNothing(): Data {
  return vectorFromArray([null]).data[0] as Data;
}

function batchOf(schema: Schema, rows: number, children: Data[]): RecordBatch {
  const type = new Struct(schema.fields);
  return new RecordBatch(schema, makeData({ type, length: rows, nullCount: 0, children }));
}

/** A column in Arrow's layout, of the type that it has in the file already. */
function dataOf({ name, inner, column, isMissing }: JoinedColumn, field: Field | undefined): Data {
  const data = inner.reduceRight(fixedListData, columnData(column));
  const rows = withValidity(data, isMissing);
  if (field === undefined || util.compareTypes(field.type, rows.type)) return rows;
  // Nothing but missing values fits any type.
  if (rows.nullCount === rows.length)
    return vectorFromArray(new Array(rows.length).fill(null), field.type).data[0] as Data;
  throw otherType(name);
}

function withValidity(data: Data, isMissing: JoinedColumn["isMissing"]): Data {
  if (isMissing === undefined) return data;
  const isThere = (row: number): boolean => !isMissing(row) && data.getValid(row);
  const { nullCount, nullBitmap } = validity(data.length, isThere);
  const buffers = [data.valueOffsets, data.values, nullBitmap, data.typeIds] as never;
  return new Data(data.type, 0, data.length, nullCount, buffers, data.children);
}
