import type { SchemaElement } from "hyparquet";
import { ByteWriter, ParquetWriter } from "hyparquet-writer";
import { compileValueText } from "../../codec/encode/values.js";
import { fromFloat16Bits } from "../../core/float16.js";
import { type Column, type DType, elementCount, NOT_A_TIME } from "../../core/tensor.js";
import type { Sink } from "../output-table.js";
import type { ByteSink } from "./byte-sink.js";
import { createGroupSink, type JoinedColumn, otherType } from "./column-buffer.js";

/** Hands every row group on as soon as it is written. */
class GroupWriter extends ByteWriter {
  private readonly sink: ByteSink;

  constructor(sink: ByteSink) {
    super();
    this.sink = sink;
  }

  flush(): Promise<void> {
    const bytes = Uint8Array.from(this.getBytes());
    this.index = 0;
    return this.sink.write(bytes);
  }

  override finish(): Promise<void> {
    return this.flush();
  }
}

/** Writes a Parquet file, with a row group for each group of rows; what is no list or single value is JSON text. */
export function createParquetSink(bytes: ByteSink): Sink {
  let writer: ParquetWriter | undefined;
  let leaves: readonly Leaf[] = [];

  function open(columns: readonly JoinedColumn[]): ParquetWriter {
    leaves = columns.map(({ column }) => leafOf(column));
    const root: SchemaElement = { name: "root", num_children: columns.length };
    const schema = [root, ...columns.flatMap(({ name, inner }, i) => elements(name, inner, leaves[i] ?? TEXT))];
    return new ParquetWriter({ writer: new GroupWriter(bytes), schema, createdBy: "mlserve" });
  }

  return createGroupSink({
    async writeGroup({ rows, columns }) {
      writer ??= open(columns);
      const columnData = columns.map((column, i) => ({ name: column.name, data: toData(column, leaves[i] ?? TEXT) }));
      await writer.write({ columnData, rowGroupSize: Math.max(rows, 1) });
    },
    async finish(columns = []) {
      writer ??= open(columns);
      await writer.finish();
    },
  });
}

/** The type of a column's values, and how each of them is stored; null and undefined are missing. */
interface Leaf {
  readonly element: Omit<SchemaElement, "name">;
  readonly store: (value: never) => unknown;
}

const same = (value: never): unknown => value;

function integer(bits: 8 | 16 | 32, isSigned: boolean): Leaf {
  return { element: { type: "INT32", converted_type: `${isSigned ? "" : "U"}INT_${bits}` }, store: same };
}

const TEXT: Leaf = { element: { type: "BYTE_ARRAY", converted_type: "UTF8" }, store: same };
const BOOLEANS: Leaf = { element: { type: "BOOLEAN" }, store: (value: unknown) => Boolean(value) };
const DOUBLES: Leaf = { element: { type: "DOUBLE" }, store: same };
const LONGS: Leaf = { element: { type: "INT64" }, store: same };
const BYTES: Leaf = { element: { type: "BYTE_ARRAY" }, store: same };
const valueText = compileValueText({});
const JSON_TEXT: Leaf = { element: TEXT.element, store: (value: unknown) => valueText(value) };

const LEAVES: Readonly<Record<Exclude<DType, "object">, Leaf>> = {
  bool: BOOLEANS,
  int8: integer(8, true),
  int16: integer(16, true),
  int32: integer(32, true),
  int64: LONGS,
  uint8: integer(8, false),
  uint16: integer(16, false),
  uint32: integer(32, false),
  uint64: { element: { type: "INT64", converted_type: "UINT_64" }, store: same },
  float16: { element: { type: "FLOAT" }, store: (bits: number) => fromFloat16Bits(bits) },
  float32: { element: { type: "FLOAT" }, store: same },
  float64: DOUBLES,
  string: TEXT,
  binary: BYTES,
  datetime: {
    element: { type: "INT64", logical_type: { type: "TIMESTAMP", isAdjustedToUTC: false, unit: "NANOS" } },
    store: (value: bigint) => (value === NOT_A_TIME ? null : value),
  },
};

/** Objects are what all of them are, else JSON. */
function leafOf({ dtype, data }: Column): Leaf {
  if (dtype !== "object") return LEAVES[dtype];
  const kinds = new Set(Array.from(data, kindOf));
  kinds.delete("null");
  const [kind = "string", other] = kinds;
  return other === undefined ? (OBJECT_LEAVES[kind] ?? JSON_TEXT) : JSON_TEXT;
}

const OBJECT_LEAVES: Readonly<Record<string, Leaf>> = {
  string: TEXT,
  boolean: BOOLEANS,
  number: DOUBLES,
  bigint: LONGS,
  bytes: BYTES,
};

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return "null";
  return value instanceof Uint8Array ? "bytes" : typeof value;
}

function elements(name: string, inner: readonly number[], leaf: Leaf): SchemaElement[] {
  if (inner.length === 0) return [{ name, repetition_type: "OPTIONAL", ...leaf.element }];
  return [
    { name, repetition_type: "OPTIONAL", num_children: 1, converted_type: "LIST" },
    { name: "list", repetition_type: "REPEATED", num_children: 1 },
    ...elements("element", inner.slice(1), leaf),
  ];
}

function toData({ name, inner, column, isMissing }: JoinedColumn, leaf: Leaf): unknown[] {
  if (leaf !== JSON_TEXT && leafOf(column) !== leaf && !isEmpty(column)) throw otherType(name);
  const values = Array.from<unknown, unknown>(column.data as ArrayLike<unknown>, (value) =>
    value === null || value === undefined ? null : leaf.store(value as never),
  );
  const rows = listsOf(values, inner);
  return isMissing === undefined ? rows : rows.map((value, row) => (isMissing(row) ? null : value));
}

function isEmpty({ dtype, data }: Column): boolean {
  return dtype === "object" && data.every((value) => value === null || value === undefined);
}

function listsOf(values: unknown[], inner: readonly number[]): unknown[] {
  const size = inner.at(-1);
  if (size === undefined) return values;
  const lists: unknown[] = [];
  const count = elementCount(inner) === 0 ? 0 : values.length / size;
  for (let i = 0; i < count; i++) lists.push(values.slice(i * size, (i + 1) * size));
  return listsOf(lists, inner.slice(0, -1));
}
