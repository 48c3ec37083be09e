import { type Batch, UNNAMED } from "../../core/batch.js";
import type { DecodeLimits } from "../../core/decode-limits.js";
import { MlserveError, quoteName } from "../../core/errors.js";
import type { JsonObject, JsonValue } from "../../core/json.js";
import type { Tensor } from "../../core/tensor.js";
import type { CastTable } from "./casts.js";
import type { Frame } from "./frame.js";
import { guessColumn, guessTensor } from "./guess.js";
import { gatherKeys, requireEqualLengths } from "./instances.js";
import { flattenList } from "./nested-list.js";

/** Decodes without a signature, guessing types as numpy and pandas do. */
export interface UnsignedDecoder {
  fromFrame(frame: Frame): Batch;
  fromInputs(value: JsonValue): Batch;
  fromInstances(value: JsonValue): Batch;
  fromUnwrapped(value: JsonObject): Batch;
}

export function createUnsignedDecoder(casts: CastTable, limits: DecodeLimits): UnsignedDecoder {
  const guess = (value: JsonValue, where: string): Tensor => guessTensor(flattenList(value, where, limits), casts);

  function fromMap(value: JsonObject, where: string): Batch {
    const tensors = Array.from(value, ([name, item]) => [name, guess(item, `${where}[${quoteName(name)}]`)] as const);
    return { kind: "tensors", tensors: new Map(tensors) };
  }

  function fromInputs(value: JsonValue, where = "inputs"): Batch {
    if (value instanceof Map) return fromMap(value, where);
    if (Array.isArray(value) && value.every((item) => item instanceof Map)) {
      const hint = "Send one list for each input of the model, or use dataframe_records";
      throw new MlserveError("invalid_body", "expected tensors, got a list of objects or an empty one", {
        where,
        hint,
      });
    }
    return { kind: "tensors", tensors: new Map([[UNNAMED, guess(value, where)]]) };
  }

  function fromInstances(value: JsonValue): Batch {
    const rows = Array.isArray(value) && value[0] instanceof Map;
    const batch = rows ? fromMap(gatherKeys(value, limits), "instances[*]") : fromInputs(value, "instances");
    if (batch.kind === "tensors") requireEqualLengths(Array.from(batch.tensors.values(), ({ shape }) => shape[0]));
    return batch;
  }

  function fromFrame(frame: Frame): Batch {
    const names = frame.columns.map(({ name }, i) => name ?? String(i));
    if (new Set(names).size !== names.length)
      throw new MlserveError("invalid_body", "a column stands twice in the request");
    const columns = frame.columns.map(({ cells }, i) => [names[i] ?? "", guessColumn(cells, casts)] as const);
    return { kind: "columns", rows: frame.rows, columns: new Map(columns) };
  }

  return {
    fromFrame,
    fromInputs: (value) => fromInputs(value),
    fromInstances,
    fromUnwrapped: (value) => fromInputs(value),
  };
}
