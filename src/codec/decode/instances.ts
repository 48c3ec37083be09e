import { beyondLimit, type DecodeLimits } from "../../core/decode-limits.js";
import { MlserveError } from "../../core/errors.js";
import type { JsonObject, JsonValue } from "../../core/json.js";
import { jsonKind } from "./json-kind.js";

/** The keys of a list of objects, each with the list of its values, in order of appearance. */
export function gatherKeys(records: readonly JsonValue[], limits: DecodeLimits): JsonObject {
  const values = new Map<string, JsonValue[]>();
  records.forEach((record, i) => {
    if (!(record instanceof Map)) {
      const where = `instances[${i}]`;
      throw new MlserveError("invalid_body", `expected an object as in the first place, got ${jsonKind(record)}`, {
        where,
      });
    }
    for (const [name, value] of record) {
      const column = values.get(name);
      if (column !== undefined) column.push(value);
      else if (values.size < limits.maxColumns) values.set(name, [value]);
      else throw beyondLimit(limits, "maxColumns", "instances");
    }
  });
  return values;
}

/** `instances` are rows, so every name needs as many values; a scalar has no length and is undefined. */
export function requireEqualLengths(lengths: readonly (number | undefined)[]): void {
  const different = new Set(lengths.filter((length) => length !== undefined));
  if (different.size <= 1) return;
  throw new MlserveError("invalid_body", "expected as many values for each name", { where: "instances" });
}
