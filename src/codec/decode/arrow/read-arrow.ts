import { type RecordBatch, RecordBatchReader } from "apache-arrow";
import { MlserveError } from "../../../core/errors.js";
import { createTableBudget, type TableBudget } from "../tables/budget.js";
import { pandasIndexNames } from "../tables/pandas-index.js";
import type { TypedTable } from "../tables/typed-table.js";
import { checkFile, checkStream, isArrowFile } from "./check-messages.js";
import { withCodecs } from "./codecs.js";
import { vectorValues } from "./vector-values.js";

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
  // Numbers of 64 bits are read in place only where their bytes lie as they would in memory.
  const bytes = body.byteOffset % 8 === 0 ? body : new Uint8Array(body);
  try {
    if (isArrowFile(bytes)) checkFile(bytes, budget);
    else checkStream(bytes, budget);
    return withCodecs(budget, () => readBatches(bytes, wanted, budget));
  } catch (cause) {
    if (cause instanceof MlserveError) throw cause;
    throw new MlserveError("invalid_body", "the body is not an Arrow stream that can be read", { cause });
  }
}

function readBatches(bytes: Uint8Array, wanted: ReadonlySet<string> | undefined, budget: TableBudget): TypedTable[] {
  const reader = RecordBatchReader.from(bytes).open();
  if (reader.isAsync()) throw new RangeError("no stream in memory");
  const index = pandasIndexNames(reader.schema.metadata.get("pandas"));
  const isRead = (name: string): boolean => !index.has(name) && (wanted?.has(name) ?? true);
  return Array.from(reader, (batch) => readBatch(batch, isRead, budget));
}

function readBatch(
  { schema, data, numRows: rows }: RecordBatch,
  isRead: (name: string) => boolean,
  budget: TableBudget,
): TypedTable {
  const columns = schema.fields.flatMap(({ name }, i) => {
    const child = data.children[i];
    if (!isRead(name)) return [];
    if (child === undefined || child.length !== rows) throw new RangeError("a column has another number of rows");
    return [{ name, values: vectorValues(child, budget) }];
  });
  return { rows, columns };
}
