import {
  type AsyncBuffer,
  type DecodedArray,
  type FileMetaData,
  parquetRead,
  type RowGroup,
  type SchemaElement,
  type SchemaTree,
} from "hyparquet";
import type { TableBudget } from "../tables/budget.js";
import type { TypedTable } from "../tables/typed-table.js";
import { checkPages, type LeafColumn } from "./check-pages.js";
import { columnValues } from "./column-values.js";
import { DECOMPRESSORS } from "./decompressors.js";

/** A row group in memory: any part of it can be had as a table with the types of just these rows. */
export interface StoredGroup {
  readonly rows: number;
  slice(start: number, end: number): TypedTable;
}

/** Reads columns out of one row group of a file. Throws RangeErrors, and errors of hyparquet. */
export class RowGroupReader {
  private readonly file: AsyncBuffer;
  private readonly metadata: FileMetaData;
  private readonly tree: SchemaTree;

  constructor(file: AsyncBuffer, metadata: FileMetaData, tree: SchemaTree) {
    this.file = file;
    this.metadata = metadata;
    this.tree = tree;
  }

  /** A file without row groups reads as one of no rows. */
  async read(position: number, names: ReadonlySet<string>, budget: TableBudget): Promise<TypedTable> {
    const group = await this.load(position, names, budget);
    return group.slice(0, group.rows);
  }

  async load(position: number, names: ReadonlySet<string>, budget: TableBudget): Promise<StoredGroup> {
    const group = this.metadata.row_groups[position];
    const rows = Number(group?.num_rows ?? 0);
    const stored =
      group !== undefined && rows > 0 && names.size > 0 ? await this.readChecked(group, names, budget) : new Map();
    const columns = this.tree.children
      .filter(({ element }) => names.has(element.name))
      .map((node) => ({ node, raw: stored.get(node.element.name) ?? [] }));
    if (columns.some(({ raw }) => raw.length !== rows)) throw new RangeError("a column has another number of rows");
    return {
      rows,
      slice: (start, end) => ({
        rows: end - start,
        columns: columns.map(({ node, raw }) => ({
          name: node.element.name,
          values: columnValues(node, part(raw, start, end)),
        })),
      }),
    };
  }

  private async readChecked(
    group: RowGroup,
    names: ReadonlySet<string>,
    budget: TableBudget,
  ): Promise<Map<string, DecodedArray>> {
    await this.check(group, names, budget);
    return this.readStored(group, names, budget);
  }

  private async check(group: RowGroup, names: ReadonlySet<string>, budget: TableBudget): Promise<void> {
    for (const { meta_data: metadata } of group.columns) {
      if (metadata === undefined || !names.has(metadata.path_in_schema[0] ?? "")) continue;
      const start = Number(metadata.dictionary_page_offset || metadata.data_page_offset);
      const chunk = await this.file.slice(start, start + Number(metadata.total_compressed_size));
      checkPages(new Uint8Array(chunk), leafColumn(this.tree, metadata), budget);
    }
  }

  /** The values as they are stored; nested ones put together. */
  private async readStored(
    group: RowGroup,
    names: ReadonlySet<string>,
    budget: TableBudget,
  ): Promise<Map<string, DecodedArray>> {
    const chunks = new Map<string, DecodedArray[]>();
    await parquetRead({
      file: this.file,
      metadata: {
        ...this.metadata,
        schema: this.metadata.schema.map(asStored),
        row_groups: [group],
        num_rows: group.num_rows,
      },
      columns: [...names],
      compressors: DECOMPRESSORS,
      parsers: {
        stringFromBytes: (bytes: Uint8Array | undefined) => toText(bytes, budget),
        timestampFromNanoseconds: (nanoseconds: bigint) => nanoseconds,
      },
      geoparquet: false,
      utf8: false,
      onChunk: ({ columnName, columnData }) => {
        const known = chunks.get(columnName);
        if (known === undefined) chunks.set(columnName, [columnData]);
        else known.push(columnData);
      },
    });
    return new Map(Array.from(chunks, ([name, parts]) => [name, joinChunks(parts)]));
  }
}

function part(values: DecodedArray, start: number, end: number): DecodedArray {
  if (start === 0 && end === values.length) return values;
  return Array.isArray(values) ? values.slice(start, end) : values.subarray(start, end);
}

function joinChunks(chunks: readonly DecodedArray[]): DecodedArray {
  const [only] = chunks;
  return chunks.length === 1 && only !== undefined ? only : chunks.flatMap((chunk) => Array.from<unknown>(chunk));
}

/** Leaves without their logical type but for texts: hyparquet would round timestamps and decimals. */
function asStored(element: SchemaElement): SchemaElement {
  const { logical_type: logical, converted_type: converted, ...stored } = element;
  if (element.type === undefined) return element;
  const isText =
    ["STRING", "ENUM", "JSON"].includes(logical?.type ?? "") || ["UTF8", "ENUM", "JSON"].includes(converted ?? "");
  return isText ? { ...stored, converted_type: "UTF8" } : stored;
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function toText(bytes: Uint8Array | undefined, budget: TableBudget): string | undefined {
  if (bytes === undefined) return undefined;
  budget.checkText(bytes.length);
  return utf8.decode(bytes);
}

function leafColumn(tree: SchemaTree, metadata: LeafColumn["metadata"]): LeafColumn {
  let node = tree;
  let maxRepetition = 0;
  let maxDefinition = 0;
  for (const name of metadata.path_in_schema) {
    const child = node.children.find(({ element }) => element.name === name);
    if (child === undefined) throw new RangeError("a column is not in the schema");
    if (child.element.repetition_type === "REPEATED") maxRepetition++;
    if (child.element.repetition_type !== "REQUIRED") maxDefinition++;
    node = child;
  }
  return { metadata, maxRepetition, maxDefinition };
}
