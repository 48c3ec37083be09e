import { countElements, type DecodeLimits } from "../../core/decode-limits.js";
import { MlserveError } from "../../core/errors.js";
import type { JsonValue } from "../../core/json.js";
import { jsonKind } from "./json-kind.js";

/** A nested list laid out flat: the elements in row-major order, and the length of each level. */
export interface FlatList {
  readonly shape: readonly number[];
  readonly values: readonly JsonValue[];
}

/**
 * Lays out nested lists of equal lengths, as `numpy.array` does; a scalar has the shape `[]`.
 *
 * `maxRank` stops there, and what lies deeper are the elements. Throws `invalid_body` with the path of the list whose
 * length differs, and `body_too_large` for more elements than the limit.
 */
export function flattenList(
  value: JsonValue,
  where: string,
  limits: DecodeLimits,
  maxRank = Number.POSITIVE_INFINITY,
): FlatList {
  const shape = firstShape(value, maxRank);
  countElements(shape, limits);
  const values: JsonValue[] = [];
  collect(value, shape, 0, values, where);
  return { shape, values };
}

function firstShape(value: JsonValue, maxRank: number): number[] {
  const shape: number[] = [];
  for (let level: JsonValue | undefined = value; Array.isArray(level) && shape.length < maxRank; level = level[0]) {
    shape.push(level.length);
  }
  return shape;
}

function collect(value: JsonValue, shape: readonly number[], level: number, into: JsonValue[], where: string): void {
  if (level === shape.length) {
    if (Array.isArray(value) && shape.length > 0)
      throw ragged(where, "expected a scalar as in the first place, got a list");
    into.push(value);
    return;
  }
  if (!Array.isArray(value)) throw ragged(where, `expected a list of ${shape[level]}, got ${jsonKind(value)}`);
  if (value.length !== shape[level])
    throw ragged(where, `expected a list of ${shape[level]}, got one of ${value.length}`);
  if (level === shape.length - 1 && !value.some(Array.isArray)) {
    for (const element of value) into.push(element);
    return;
  }
  for (let i = 0; i < value.length; i++) collect(value[i] ?? null, shape, level + 1, into, `${where}[${i}]`);
}

function ragged(where: string, reason: string): MlserveError {
  return new MlserveError("invalid_body", reason, { where, hint: "All lists of one level need the same length" });
}
