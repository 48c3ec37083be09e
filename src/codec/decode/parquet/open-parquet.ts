import type { AsyncBuffer, FileMetaData, ParquetReadOptions, SchemaElement, SchemaTree } from "hyparquet";
import { MlserveError } from "../../../core/errors.js";
import type { TableBudget } from "../tables/budget.js";
import type { TypedColumn, TypedTable } from "../tables/typed-table.js";
import { checkPages } from "./check-pages.js";
import { columnValues, type ParquetValue } from "./column-values.js";
import { DECOMPRESSORS } from "./decompressors.js";
import { pandasIndexNames } from "./pandas-index.js";

/** A Parquet file that is open for reading, one row group at a time. */
export interface ParquetFile {
  /** The columns in the order of the file, without those that hold an index of pandas. */
  readonly columns: readonly string[];
  /** Rows of each row group. */
  readonly groups: readonly number[];
  /** Reads the columns of one row group. Throws `invalid_body`, or `body_too_large` for the budget. */
  readGroup(group: number, columns: readonly string[], budget: TableBudget): Promise<TypedTable>;
}

/** More of them would take minutes to look up in each other. */
const MAX_SCHEMA_ELEMENTS = 20_000;
const MAX_DEPTH = 64;

/** Reads the footer of a Parquet file. Throws `invalid_body` for anything else. */
export async function openParquet(file: AsyncBuffer): Promise<ParquetFile> {
  const hyparquet = await import("hyparquet");
  const metadata = await asInvalidBody(() => hyparquet.parquetMetadataAsync(file, { geoparquet: false }));
  const { tree, groups } = await asInvalidBody(async () => {
    checkSchema(metadata.schema);
    return { tree: hyparquet.parquetSchema(metadata), groups: metadata.row_groups.map(({ num_rows: rows }) => Number(rows)) };
  });
  const index = pandasIndexNames(metadata);
  const children = tree.children.filter(({ element }) => !index.has(element.name));
  const reader = new GroupReader(file, metadata, tree, hyparquet.parquetRead);
  return {
    columns: children.map(({ element }) => element.name),
    groups,
    readGroup: (group, columns, budget) => asInvalidBody(() => reader.read(group, columns, budget)),
  };
}

type ParquetRead = (options: ParquetReadOptions) => Promise<void>;

class GroupReader {
  private readonly file: AsyncBuffer;
  private readonly metadata: FileMetaData;
  private readonly tree: SchemaTree;
  private readonly parquetRead: ParquetRead;

  constructor(file: AsyncBuffer, metadata: FileMetaData, tree: SchemaTree, parquetRead: ParquetRead) {
    this.file = file;
    this.metadata = metadata;
    this.tree = tree;
    this.parquetRead = parquetRead;
  }

  async read(group: number, columns: readonly string[], budget: TableBudget): Promise<TypedTable> {
    const rows = Number(this.metadata.row_groups[group]?.num_rows ?? 0);
    const names = new Set(columns);
    await this.check(group, names, budget);
    const values = rows === 0 || names.size === 0 ? new Map<string, ParquetValue[]>() : await this.readValues(group, rows, names);
    const read: TypedColumn[] = [];
    for (const child of this.tree.children) {
      const { name } = child.element;
      if (!names.has(name)) continue;
      const stored = values.get(name) ?? [];
      if (stored.length !== rows) throw new RangeError("a column has another number of rows");
      read.push({ name, values: columnValues(child, stored) });
    }
    return { rows, columns: read };
  }

  private async check(group: number, names: ReadonlySet<string>, budget: TableBudget): Promise<void> {
    for (const { meta_data: metadata } of this.metadata.row_groups[group]?.columns ?? []) {
      if (metadata === undefined || !names.has(metadata.path_in_schema[0] ?? "")) continue;
      const start = Number(metadata.dictionary_page_offset || metadata.data_page_offset);
      const chunk = await this.file.slice(start, start + Number(metadata.total_compressed_size));
      checkPages(new Uint8Array(chunk), { metadata, ...levelsOf(this.tree, metadata.path_in_schema) }, budget);
    }
  }
}
