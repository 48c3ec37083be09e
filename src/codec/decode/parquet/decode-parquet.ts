import type { AsyncBuffer } from "hyparquet";
import type { Call } from "../../../core/batch.js";
import type { Signature } from "../../../format/signature.js";
import type { Coercion } from "../coercion.js";
import { defaultParams } from "../params.js";
import { createTableBudget } from "../tables/budget.js";
import { compileTableDecoder } from "../tables/decode-table.js";
import { joinTables } from "../tables/join-tables.js";
import type { TypedTable } from "../tables/typed-table.js";
import { openParquet } from "./open-parquet.js";

/** Compiles the decoder of Parquet files: columns keep their types, and params take their defaults. */
export function compileParquetDecoder(signature: Signature, { casts }: Coercion): (body: Uint8Array) => Promise<Call> {
  const { wanted, decode } = compileTableDecoder(signature.inputs, casts);
  const params = defaultParams(signature.params);
  return async (body) => {
    const file = await openParquet(toAsyncBuffer(body));
    const names = new Set(file.columns.filter((name) => wanted?.has(name) ?? true));
    const budget = createTableBudget();
    const groups: TypedTable[] = [];
    for (let group = 0; group < Math.max(file.groups.length, 1); group++)
      groups.push(await file.readGroup(group, names, budget));
    return { form: "dataframe_split", batch: decode(joinTables(groups)), params };
  };
}

/** hyparquet wants buffers of their own. */
function toAsyncBuffer(body: Uint8Array): AsyncBuffer {
  return {
    byteLength: body.length,
    slice: (start, end = body.length) => new Uint8Array(body.subarray(start, end)).buffer,
  };
}
