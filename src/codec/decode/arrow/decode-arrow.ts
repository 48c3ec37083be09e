import type { Call } from "../../../core/batch.js";
import { beyondLimit, type DecodeLimits, OWN_DATA_LIMITS, ValueBudget } from "../../../core/decode-limits.js";
import type { Signature } from "../../../format/signature.js";
import type { Coercion } from "../coercion.js";
import { defaultParams } from "../params.js";
import { compileTableDecoder } from "../tables/decode-table.js";
import { joinTables } from "../tables/join-tables.js";
import { withOwnColumns } from "../with-own-columns.js";
import { loadArrow, type StoredBatch } from "./read-arrow.js";

/** Compiles the decoder of Arrow streams and files: columns keep their types, and params take their defaults. */
export function compileArrowDecoder(
  signature: Signature,
  { casts }: Coercion,
  given: DecodeLimits = OWN_DATA_LIMITS,
): (body: Uint8Array) => Call {
  const limits = withOwnColumns(given, signature.inputs);
  const { wanted, decode } = compileTableDecoder(signature.inputs, casts, limits);
  const params = defaultParams(signature.params);
  return (body) => {
    const budget = new ValueBudget(limits);
    const batches = loadArrow(body, wanted, budget);
    checkSize(batches, limits);
    const table = joinTables(batches.map((batch) => batch.slice(0, batch.rows, budget)));
    return { form: "dataframe_split", batch: decode(table), params };
  };
}

/** Before any value is taken out of the batches, which lie where they are in the body. */
function checkSize(batches: readonly StoredBatch[], limits: DecodeLimits): void {
  if (batches.some(({ names }) => names.length > limits.maxColumns)) throw beyondLimit(limits, "maxColumns");
  if (batches.reduce((sum, { rows }) => sum + rows, 0) > limits.maxRows) throw beyondLimit(limits, "maxRows");
}
