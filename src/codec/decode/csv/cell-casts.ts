import { INTEGER_RANGES } from "../../../core/integer-ranges.js";
import type { DataByDType, DType } from "../../../core/tensor.js";
import type { COLUMN_DTYPES, ScalarType } from "../../../format/signature.js";
import type { Refuse } from "../casts.js";
import type { CoercionName } from "../coercion.js";
import { booleanOf, floatOf, isInfinityWord, wholeNumberOf } from "./cell-values.js";

/** A cell of a CSV body; null is a missing one. */
export type CsvCell = string | null;

/** Casts the cells of a column. */
export type CellCast<D extends DType> = (cells: readonly CsvCell[], refuse: Refuse) => DataByDType[D];

/** What holds texts as they are, null among them. */
type AsTexts = "string" | "binary";

/** How the cells of a CSV body become elements: pandas' `read_csv(dtype=...)`. */
export type CellCasts = {
  readonly [T in ScalarType]: CellCast<T extends AsTexts ? "object" : (typeof COLUMN_DTYPES)[T]>;
};

const NO_VALUE = "it is missing";

function eachCell<A extends { [index: number]: E }, E>(
  Class: new (length: number) => A,
  convert: (cell: CsvCell, index: number, refuse: Refuse) => E,
): (cells: readonly CsvCell[], refuse: Refuse) => A {
  return (cells, refuse) => {
    const data = new Class(cells.length);
    for (let i = 0; i < cells.length; i++) data[i] = convert(cells[i] ?? null, i, refuse);
    return data;
  };
}

/** pandas takes the words for booleans as 1 and 0 in a column of numbers, and these numbers for booleans. */
function toWhole(cell: CsvCell, index: number, refuse: Refuse): number | bigint {
  if (cell === null) return refuse(index, NO_VALUE);
  return wholeNumberOf(cell) ?? toBit(booleanOf(cell)) ?? refuse(index);
}

function toBit(value: boolean | undefined): 0 | 1 | undefined {
  return value === undefined ? undefined : value ? 1 : 0;
}

function integerWithin<N extends number | bigint>(
  { min, max }: { min: N; max: N },
  store: (integer: number | bigint) => N,
) {
  return (cell: CsvCell, index: number, refuse: Refuse): N => {
    const integer = toWhole(cell, index, refuse);
    return integer < min || integer > max ? refuse(index, `the number is not within ${min} to ${max}`) : store(integer);
  };
}

function toBoolean(cell: CsvCell, index: number, refuse: Refuse): number {
  const bit = toWhole(cell, index, refuse);
  return bit === 0 || bit === 1 ? bit : refuse(index);
}

function float(fits: (value: number) => boolean) {
  return (cell: CsvCell, index: number, refuse: Refuse): number => {
    if (cell === null) return Number.NaN;
    const value = floatOf(cell) ?? toBit(booleanOf(cell)) ?? refuse(index);
    return fits(value) || isInfinityWord(cell) ? value : refuse(index, "the number is beyond the range of the type");
  };
}

function datetimes(cells: readonly CsvCell[], refuse: Refuse): BigInt64Array {
  if (cells.length > 0) return refuse(0, "MLflow reads no dates from CSV; send them as JSON, Parquet or Arrow");
  return new BigInt64Array(0);
}

const asTheyAre: CellCast<"object"> = (cells) => cells;

const COMMON = {
  boolean: eachCell(Uint8Array, toBoolean),
  integer: eachCell(Int32Array, integerWithin<number>(INTEGER_RANGES.int32, Number)),
  long: eachCell(BigInt64Array, integerWithin<bigint>(INTEGER_RANGES.int64, BigInt)),
  string: asTheyAre,
  // MLflow does not decode base64 here.
  binary: asTheyAre,
  datetime: datetimes,
} as const;

const anyFloat = float(() => true);

/** A table for each coercion mode. */
export const CELL_CASTS = {
  safe: {
    ...COMMON,
    float: eachCell(
      Float32Array,
      float((value) => Number.isFinite(Math.fround(value))),
    ),
    double: eachCell(Float64Array, float(Number.isFinite)),
  },
  mlflow: { ...COMMON, float: eachCell(Float32Array, anyFloat), double: eachCell(Float64Array, anyFloat) },
} as const satisfies Record<CoercionName, CellCasts>;
