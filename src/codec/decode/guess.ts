import { MlserveError } from "../../core/errors.js";
import { INTEGER_RANGES } from "../../core/integer-ranges.js";
import type { JsonValue } from "../../core/json.js";
import type { Column, Tensor } from "../../core/tensor.js";
import type { Cast, CastTable, Refuse } from "./casts.js";
import { isJsonFloat, isJsonInteger } from "./json-kind.js";
import type { FlatList } from "./nested-list.js";

type GuessedDType = "bool" | "int64" | "uint64" | "float64" | "string" | "object";

interface Census {
  readonly total: number;
  booleans: number;
  integers: number;
  floats: number;
  strings: number;
  nulls: number;
  /** Integers from 2^63 up to 2^64. */
  unsigned: number;
  /** Integers that 64 bits do not hold. */
  huge: number;
  negative: number;
}

/** Without a signature, the type that `numpy.array(values)` would have. */
export function guessTensor(list: FlatList, casts: CastTable): Tensor {
  const dtype = guessElementType(count(list.values));
  return { dtype, shape: list.shape, data: castAs(dtype, casts.elements[dtype], list.values) } as Tensor;
}

/** Without a signature, the type that pandas would give a column of these cells. */
export function guessColumn(cells: readonly JsonValue[], casts: CastTable): Column {
  const dtype = guessCellType(count(cells));
  return { dtype, data: castAs(dtype, casts.elements[dtype], cells) } as Column;
}

function castAs(dtype: GuessedDType, cast: Cast<GuessedDType>, values: readonly JsonValue[]): unknown {
  const refuse: Refuse = (_, reason) => {
    throw new MlserveError("cast_failed", `a value is no ${dtype}${reason === undefined ? "" : ` (${reason})`}`);
  };
  return cast(values, refuse);
}

function count(values: readonly JsonValue[]): Census {
  const census: Census = {
    total: values.length,
    booleans: 0,
    integers: 0,
    floats: 0,
    strings: 0,
    nulls: 0,
    unsigned: 0,
    huge: 0,
    negative: 0,
  };
  for (const value of values) countOne(census, value);
  return census;
}

function countOne(census: Census, value: JsonValue): void {
  if (value === null) census.nulls++;
  else if (typeof value === "boolean") census.booleans++;
  else if (typeof value === "string") census.strings++;
  else if (isJsonFloat(value)) census.floats++;
  else if (isJsonInteger(value)) countInteger(census, value);
}

function countInteger(census: Census, value: number | bigint): void {
  census.integers++;
  if (value < 0) census.negative++;
  if (value > INTEGER_RANGES.uint64.max || value < INTEGER_RANGES.int64.min) census.huge++;
  else if (value > INTEGER_RANGES.int64.max) census.unsigned++;
}

function guessElementType(census: Census): GuessedDType {
  const { total, booleans, integers, floats, strings } = census;
  if (total === 0) return "float64";
  if (booleans === total) return "bool";
  if (booleans + integers === total) return integerType(census) ?? (census.huge > 0 ? "object" : "float64");
  if (booleans + integers + floats === total) return census.huge > 0 ? "object" : "float64";
  return booleans + integers + floats + strings === total ? "string" : "object";
}

function guessCellType(census: Census): GuessedDType {
  const { total, booleans, integers, floats, strings, nulls } = census;
  if (total === 0 || nulls === total) return "object";
  if (booleans === total) return "bool";
  if (integers === total) return integerType(census) ?? "object";
  if (integers + floats + nulls === total) return census.huge > 0 ? "object" : "float64";
  return strings === total ? "string" : "object";
}

function integerType(census: Census): "int64" | "uint64" | undefined {
  if (census.huge > 0) return undefined;
  if (census.unsigned === 0) return "int64";
  return census.negative === 0 ? "uint64" : undefined;
}
