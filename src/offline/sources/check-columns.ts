import { MlserveError, quoteName } from "../../core/errors.js";
import type { TensorsSchema } from "../../format/signature.js";

/** Throws `schema_mismatch` for a file that lacks the column of a tensor: none of its rows could be scored. */
export function requireTensors({ tensors }: TensorsSchema, names: readonly string[]): void {
  const known = new Set(names);
  const missing = tensors.flatMap(({ name }) => (name === undefined || known.has(name) ? [] : [quoteName(name)]));
  if (missing.length === 0) return;
  const kind = missing.length === 1 ? "column" : "columns";
  throw new MlserveError("schema_mismatch", `missing ${kind} ${missing.join(", ")}`, {
    hint: "The signature requires every one of them",
  });
}
