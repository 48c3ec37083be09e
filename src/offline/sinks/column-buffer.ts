import { MlserveError, quoteName } from "../../core/errors.js";
import { type Column, type DType, elementCount, isTypedDType, TYPED_ARRAYS } from "../../core/tensor.js";
import type { OutputRows, Sink } from "../output-table.js";
import type { OutputColumn } from "../row-source.js";

/** Rows that a file of columns has in a group, and what they may take in memory. */
const GROUP_ROWS = 65_536;
const GROUP_VALUES = 4 * 1024 * 1024;

/** Columns of many rows; `isMissing` tells which have no value at all. */
export interface JoinedColumn extends OutputColumn {
  readonly isMissing: ((row: number) => boolean) | undefined;
}

export interface JoinedRows {
  readonly rows: number;
  readonly columns: readonly JoinedColumn[];
}

/** Writes a file of columns, group by group. */
export interface GroupWriter {
  writeGroup(group: JoinedRows): Promise<void>;
  /** Ends the file. `columns` are those of one without rows; undefined where a group was written. */
  finish(columns: readonly JoinedColumn[] | undefined): Promise<void>;
}

/** Hands rows on to a writer in groups that are worth one. */
export function createGroupSink(writer: GroupWriter): Sink {
  const buffer = new ColumnBuffer();
  let isEmpty = true;

  async function write(group: JoinedRows | undefined): Promise<void> {
    if (group === undefined) return;
    isEmpty = false;
    await writer.writeGroup(group);
  }

  return {
    start: async (columns) => buffer.start(columns),
    write: async (rows) => await write(buffer.add(rows)),
    async finish() {
      await write(buffer.take());
      await writer.finish(isEmpty ? buffer.columns.map((column) => ({ ...column, isMissing: undefined })) : undefined);
    },
  };
}

/** Gathers rows until there are enough for a group of them. */
class ColumnBuffer {
  /** As they were at the start. */
  columns: readonly OutputColumn[] = [];
  private held: OutputRows[] = [];
  private rows = 0;

  /** The columns of the first rows: later ones have the same types, or do not go into the file. */
  start(columns: readonly OutputColumn[]): void {
    this.columns = columns;
  }

  /** Gives a group when there is one. */
  add(rows: OutputRows): JoinedRows | undefined {
    this.held.push(rows);
    this.rows += rows.rows;
    const width = this.columns.reduce((sum, { inner }) => sum + elementCount(inner), 0);
    return this.rows >= GROUP_ROWS || this.rows * width >= GROUP_VALUES ? this.take() : undefined;
  }

  /** The rows that are left; undefined where there are none. */
  take(): JoinedRows | undefined {
    if (this.rows === 0) return undefined;
    const { held, rows } = this;
    this.held = [];
    this.rows = 0;
    return { rows, columns: this.columns.map((first, i) => joinColumn(first, held, i, rows)) };
  }
}

function joinColumn(first: OutputColumn, held: readonly OutputRows[], position: number, rows: number): JoinedColumn {
  const parts = held.map(({ rows: count, columns }) => ({ count, column: columns[position] }));
  const size = elementCount(first.inner);
  const dtypes = new Set(parts.flatMap(({ column }) => column?.column.dtype ?? []));
  for (const { column } of parts)
    if (column !== undefined && column.inner.join() !== first.inner.join()) throw otherType(first.name);
  const dtype = commonDType([...dtypes], first);
  const data = isTypedDType(dtype) ? joinTyped(dtype, parts, size, rows) : joinObjects(dtype, parts, size);
  const missing = parts.some(({ column }) => column === undefined) ? missingOf(parts) : undefined;
  return { name: first.name, inner: first.inner, column: { dtype, data } as Column, isMissing: missing };
}

type Part = { readonly count: number; readonly column: OutputColumn | undefined };

/** Texts with and without missing ones go together, and integers with floats where the file has floats. */
function commonDType(dtypes: readonly DType[], { name, column }: OutputColumn): DType {
  const [only = column.dtype] = dtypes;
  if (dtypes.length <= 1) return only;
  if (dtypes.every((dtype) => ["string", "binary", "object"].includes(dtype))) return "object";
  if (dtypes.every((dtype) => dtype === "float64" || dtype === "int64")) return "float64";
  throw otherType(name);
}

function joinTyped(dtype: keyof typeof TYPED_ARRAYS, parts: readonly Part[], size: number, rows: number): unknown {
  const data = new TYPED_ARRAYS[dtype](rows * size);
  let at = 0;
  for (const { count, column } of parts) {
    const source = column?.column;
    // Integers among floats are the only other type there can be.
    if (source?.dtype === dtype) data.set(source.data as never, at);
    else if (source?.dtype === "int64") data.set(Float64Array.from(source.data, Number) as never, at);
    at += count * size;
  }
  return data;
}

const PLACEHOLDERS: Partial<Record<DType, unknown>> = { string: "", binary: new Uint8Array() };

function joinObjects(dtype: DType, parts: readonly Part[], size: number): unknown[] {
  const data: unknown[] = [];
  for (const { count, column } of parts) {
    const values: ArrayLike<unknown> = column?.column.data ?? [];
    const placeholder = PLACEHOLDERS[dtype] ?? null;
    for (let i = 0; i < count * size; i++) data.push(column === undefined ? placeholder : values[i]);
  }
  return data;
}

function missingOf(parts: readonly Part[]): (row: number) => boolean {
  const missing = new Uint8Array(parts.reduce((sum, { count }) => sum + count, 0));
  let at = 0;
  for (const { count, column } of parts) {
    if (column === undefined) missing.fill(1, at, at + count);
    at += count;
  }
  return (row) => missing[row] === 1;
}

/** The refusal of a column that changes its type while the file is written. */
export function otherType(name: string): MlserveError {
  return new MlserveError("not_acceptable", "its type is not the same in all rows, as a file of columns needs it", {
    where: `column ${quoteName(name)}`,
    hint: "Write jsonl or csv",
  });
}
