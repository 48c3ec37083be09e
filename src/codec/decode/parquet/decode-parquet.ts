import type { AsyncBuffer } from "hyparquet";
import type { Call } from "../../../core/batch.js";
import { beyondLimit, type DecodeLimits, OWN_DATA_LIMITS, ValueBudget } from "../../../core/decode-limits.js";
import type { Signature } from "../../../format/signature.js";
import type { Coercion } from "../coercion.js";
import { defaultParams } from "../params.js";
import { compileTableDecoder } from "../tables/decode-table.js";
import { joinTables } from "../tables/join-tables.js";
import type { TypedTable } from "../tables/typed-table.js";
import { withOwnColumns } from "../with-own-columns.js";
import { openParquet, type ParquetFile } from "./open-parquet.js";

/** Compiles the decoder of Parquet files: columns keep their types, and params take their defaults. */
export function compileParquetDecoder(
  signature: Signature,
  { casts }: Coercion,
  given: DecodeLimits = OWN_DATA_LIMITS,
): (body: Uint8Array) => Promise<Call> {
  const limits = withOwnColumns(given, signature.inputs);
  const { wanted, decode } = compileTableDecoder(signature.inputs, casts, limits);
  const params = defaultParams(signature.params);
  return async (body) => {
    const file = await openParquet(toAsyncBuffer(body));
    const names = new Set(file.columns.filter((name) => wanted?.has(name) ?? true));
    checkSize(file, names, limits);
    const budget = new ValueBudget(limits);
    const groups: TypedTable[] = [];
    for (let group = 0; group < Math.max(file.groups.length, 1); group++)
      groups.push(await file.readGroup(group, names, budget));
    return { form: "dataframe_split", batch: decode(joinTables(groups)), params };
  };
}

/** By what the file says of itself, before any of its rows are read. */
function checkSize({ groups }: ParquetFile, names: ReadonlySet<string>, limits: DecodeLimits): void {
  if (names.size > limits.maxColumns) throw beyondLimit(limits, "maxColumns");
  if (groups.reduce((sum, rows) => sum + rows, 0) > limits.maxRows) throw beyondLimit(limits, "maxRows");
}

/** hyparquet wants buffers of their own. */
function toAsyncBuffer(body: Uint8Array): AsyncBuffer {
  return {
    byteLength: body.length,
    slice: (start, end = body.length) => new Uint8Array(body.subarray(start, end)).buffer,
  };
}
