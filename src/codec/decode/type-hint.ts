import type { ValueBatch } from "../../core/batch.js";
import { MlserveError } from "../../core/errors.js";
import type { JsonValue } from "../../core/json.js";
import type { DataType, Schema } from "../../format/signature.js";
import { jsonKind } from "./json-kind.js";
import { compileNested } from "./nested.js";

/**
 * Compiles the check of what stands under `inputs` for a function with a type hint: a list whose items have the type of
 * the signature's only column, given to the function as it is.
 *
 * Strict, without casts. Throws `schema_mismatch` with the place of what is wrong.
 */
export function compileTypeHint(inputs: Schema | undefined): (value: JsonValue) => ValueBatch {
  const { type, required } = itemOf(inputs);
  const check = compileNested(type, required);
  return (value) => {
    if (!Array.isArray(value))
      throw new MlserveError("schema_mismatch", `expected a list, got ${jsonKind(value)}`, { where: "inputs" });
    return { kind: "value", value: value.map((item, i) => asMismatch(() => check(item, `inputs[${i}]`))) };
  };
}

/** MLflow writes a hint of `list[T]` as one column of T without a name; what else a file says is left to the function. */
function itemOf(inputs: Schema | undefined): { readonly type: DataType; readonly required: boolean } {
  const [only, second] = inputs?.kind === "columns" ? inputs.columns : [];
  const isHint = only !== undefined && second === undefined && only.name === undefined;
  return isHint ? only : { type: { kind: "any" }, required: true };
}

/** The body is there and has the right key, but its data is not what the function takes. */
export function asMismatch<T>(decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    if (!(error instanceof MlserveError) || error.kind !== "cast_failed") throw error;
    throw new MlserveError("schema_mismatch", error.message, { cause: error });
  }
}
