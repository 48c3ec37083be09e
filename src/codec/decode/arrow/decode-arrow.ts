import type { Call } from "../../../core/batch.js";
import type { Signature } from "../../../format/signature.js";
import type { Coercion } from "../coercion.js";
import { defaultParams } from "../params.js";
import { compileTableDecoder } from "../tables/decode-table.js";
import { joinTables } from "../tables/join-tables.js";
import { readArrow } from "./read-arrow.js";

/** Compiles the decoder of Arrow streams and files: columns keep their types, and params take their defaults. */
export function compileArrowDecoder(signature: Signature, { casts }: Coercion): (body: Uint8Array) => Call {
  const { wanted, decode } = compileTableDecoder(signature.inputs, casts);
  const params = defaultParams(signature.params);
  return (body) => ({ form: "dataframe_split", batch: decode(joinTables(readArrow(body, wanted))), params });
}
