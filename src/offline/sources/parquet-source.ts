import { openParquet } from "../../codec/decode/parquet/open-parquet.js";
import { createTableBudget } from "../../codec/decode/tables/budget.js";
import { compileTableDecoder } from "../../codec/decode/tables/decode-table.js";
import { MlserveError } from "../../core/errors.js";
import type { Input, ReadPlan, RowBlock } from "../row-source.js";
import { checkTypes, chooseColumns, typedBlock } from "./typed-rows.js";

/** Reads a Parquet file: each row group is a block, and its columns are decoded once. */
export async function* readParquetBlocks({ readAt, size }: Input, plan: ReadPlan): AsyncGenerator<RowBlock> {
  if (readAt === undefined || size === undefined)
    throw new MlserveError("usage", "Parquet is read from a file, not from a stream", {
      hint: "Its table of contents stands at the end: write it to a file first",
    });
  const file = await openParquet({
    byteLength: size,
    slice: async (start, end = size) => toBuffer(await readAt(start, end - start)),
  });
  const decoder = compileTableDecoder(plan.signature.inputs, plan.coercion.casts);
  const columns = chooseColumns(file.columns, decoder, plan);
  let firstRow = 0;
  for (const group of file.groups.keys()) {
    const stored = await inGroup(firstRow, () => file.loadGroup(group, columns, createTableBudget()));
    const block = typedBlock({ ...stored, firstRow }, decoder, plan);
    if (firstRow === 0) checkTypes(block, plan);
    if (stored.rows > 0) yield block;
    firstRow += stored.rows;
  }
}

async function inGroup<T>(firstRow: number, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    if (!(cause instanceof MlserveError)) throw cause;
    throw new MlserveError(cause.kind, cause.reason, {
      where: `the row group that begins with row ${firstRow}`,
      cause,
    });
  }
}

function toBuffer({ buffer, byteOffset, byteLength }: Uint8Array): ArrayBuffer {
  const isWhole = byteOffset === 0 && byteLength === buffer.byteLength && buffer instanceof ArrayBuffer;
  return isWhole ? buffer : (buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer);
}
