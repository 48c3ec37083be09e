import { type RecordBatch, RecordBatchReader } from "apache-arrow";
import { MlserveError } from "../../../core/errors.js";
import { createTableBudget, type TableBudget } from "../tables/budget.js";
import { pandasIndexNames } from "../tables/pandas-index.js";
import type { TypedTable } from "../tables/typed-table.js";
import { checkFile, checkStream, isArrowFile } from "./check-messages.js";
import { withCodecs } from "./codecs.js";
import { sliceData } from "./slice-data.js";
import { vectorValues } from "./vector-values.js";

/** A record batch in memory: any part of it can be had as a table with the types of just these rows. */
export interface StoredBatch {
  readonly rows: number;
  /** The columns that are read. */
  readonly names: readonly string[];
  slice(start: number, end: number, budget: TableBudget): TypedTable;
}

/**
 * Reads the record batches of an Arrow stream or an Arrow file.
 *
 * Without missing values, numbers stay where they are in `body`. Throws `invalid_body` for anything else, and
 * `body_too_large` for the budget.
 */
export function readArrow(
  body: Uint8Array,
  wanted: ReadonlySet<string> | undefined,
  budget: TableBudget = createTableBudget(),
): TypedTable[] {
  return loadArrow(body, wanted, budget).map((batch) => batch.slice(0, batch.rows, budget));
}

/** As {@link readArrow}, for what wants parts of the batches. */
export function loadArrow(
  body: Uint8Array,
  wanted: ReadonlySet<string> | undefined,
  budget: TableBudget,
): StoredBatch[] {
  // Numbers of 64 bits are read in place only where their bytes lie as they would in memory.
  const bytes = body.byteOffset % 8 === 0 ? body : new Uint8Array(body);
  return orInvalidBody(() => {
    if (isArrowFile(bytes)) checkFile(bytes, budget);
    else checkStream(bytes, budget);
    return withCodecs(budget, () => loadBatches(bytes, wanted));
  });
}

function orInvalidBody<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof MlserveError) throw cause;
    throw new MlserveError("invalid_body", "the body is not an Arrow stream that can be read", { cause });
  }
}

function loadBatches(bytes: Uint8Array, wanted: ReadonlySet<string> | undefined): StoredBatch[] {
  const reader = RecordBatchReader.from(bytes).open();
  if (reader.isAsync()) throw new RangeError("no stream in memory");
  const index = pandasIndexNames(reader.schema.metadata.get("pandas"));
  const isRead = (name: string): boolean => !index.has(name) && (wanted?.has(name) ?? true);
  return Array.from(reader, (batch) => storedBatch(batch, isRead));
}

function storedBatch({ schema, data, numRows: rows }: RecordBatch, isRead: (name: string) => boolean): StoredBatch {
  const columns = schema.fields.flatMap(({ name }, i) => {
    const child = data.children[i];
    if (!isRead(name)) return [];
    if (child === undefined || child.length !== rows) throw new RangeError("a column has another number of rows");
    return [{ name, child }];
  });
  return {
    rows,
    names: columns.map(({ name }) => name),
    slice: (start, end, budget) =>
      orInvalidBody(() => ({
        rows: end - start,
        columns: columns.map(({ name, child }) => ({
          name,
          values: vectorValues(sliceData(child, start, end), budget),
        })),
      })),
  };
}
