import { type AsyncBuffer, type FileMetaData, parquetMetadataAsync, parquetSchema, type SchemaTree } from "hyparquet";
import { MlserveError } from "../../../core/errors.js";
import type { TableBudget } from "../tables/budget.js";
import { pandasIndexNames } from "../tables/pandas-index.js";
import type { TypedTable } from "../tables/typed-table.js";
import { checkSchema } from "./check-schema.js";

import { RowGroupReader, type StoredGroup } from "./read-row-group.js";

/** A Parquet file that is open for reading, one row group at a time. */
export interface ParquetFile {
  /** The columns in the order of the file, without those that hold an index of pandas. */
  readonly columns: readonly string[];
  /** Rows of each row group. */
  readonly groups: readonly number[];
  /** Reads columns of one row group. Throws `invalid_body`, or `body_too_large` for the budget. */
  readGroup(group: number, columns: ReadonlySet<string>, budget: TableBudget): Promise<TypedTable>;
  /** As {@link readGroup}, for what wants parts of it. */
  loadGroup(group: number, columns: ReadonlySet<string>, budget: TableBudget): Promise<StoredGroup>;
}

/** Reads the footer of a Parquet file. Throws `invalid_body` for anything else. */
export function openParquet(file: AsyncBuffer): Promise<ParquetFile> {
  return orInvalidBody(async () => {
    const metadata = await parquetMetadataAsync(file, { geoparquet: false });
    checkSchema(metadata);
    const tree = parquetSchema(metadata);
    const reader = new RowGroupReader(file, metadata, tree);
    return {
      columns: valueColumns(metadata, tree),
      groups: metadata.row_groups.map(({ num_rows: rows }) => Number(rows)),
      readGroup: (group, columns, budget) => orInvalidBody(() => reader.read(group, columns, budget)),
      loadGroup: (group, columns, budget) => orInvalidBody(() => reader.load(group, columns, budget)),
    };
  });
}

function valueColumns(metadata: FileMetaData, tree: SchemaTree): string[] {
  const index = pandasIndexNames(metadata.key_value_metadata?.find(({ key }) => key === "pandas")?.value);
  return tree.children.map(({ element }) => element.name).filter((name) => !index.has(name));
}

async function orInvalidBody<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    if (cause instanceof MlserveError) throw cause;
    throw new MlserveError("invalid_body", "the body is not a Parquet file that can be read", { cause });
  }
}
