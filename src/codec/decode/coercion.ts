import { INTEGER_RANGES } from "../../core/integer-ranges.js";
import type { CastTable } from "./casts.js";
import { datetimeCells, datetimeElements } from "./datetime-casts.js";
import { bigIntegers, type FloatRules, floats, type IntegerRules, integers } from "./numeric-casts.js";
import {
  asciiBytes,
  asTheyAre,
  booleans,
  cellTruths,
  lenientBase64,
  strictBase64,
  texts,
  textsAndWhatElse,
  textsNotNull,
  truths,
  utf8Bytes,
} from "./text-casts.js";

/** How leniently values are read: as MLflow does, or refusing what MLflow would damage. */
export interface Coercion {
  readonly name: CoercionName;
  readonly casts: CastTable;
  /** Which value counts when an object has a key twice. */
  readonly repeatedKeys: "refuse" | "last";
  /** A row with fewer values than another: refused, or filled up with missing values. */
  readonly shortRows: "refuse" | "pad";
  /** Digits that no float of 64 bits holds, where there is no cast: in params, and in CSV whose types are guessed. */
  readonly beyondFloats: FloatRules["beyond"];
}

export const COERCION_NAMES = ["safe", "mlflow"] as const;
/**
 * How leniently values are read: `mlflow` reads all that MLflow reads, `safe` refuses what MLflow would damage silently.
 *
 * @useDeclaredType
 */
export type CoercionName = (typeof COERCION_NAMES)[number];

type Integers = ReturnType<typeof integerCasts>;

function integerCasts(outside: "refuse" | "wrap", fractions: "refuse" | "cut") {
  const within = <N extends number | bigint>(range: { min: N; max: N }): IntegerRules<N> => ({
    ...range,
    outside,
    fractions,
  });
  return {
    int8: integers(Int8Array, within(INTEGER_RANGES.int8)),
    int16: integers(Int16Array, within(INTEGER_RANGES.int16)),
    int32: integers(Int32Array, within(INTEGER_RANGES.int32)),
    int64: bigIntegers(BigInt64Array, within(INTEGER_RANGES.int64)),
    uint8: integers(Uint8Array, within(INTEGER_RANGES.uint8)),
    uint16: integers(Uint16Array, within(INTEGER_RANGES.uint16)),
    uint32: integers(Uint32Array, within(INTEGER_RANGES.uint32)),
    uint64: bigIntegers(BigUint64Array, within(INTEGER_RANGES.uint64)),
  } as const;
}

interface CastParts {
  readonly cellBooleans: typeof truths;
  readonly elementBooleans: typeof truths;
  readonly cellIntegers: Integers;
  readonly elementIntegers: Integers;
  readonly floats: ReturnType<typeof floats>;
  readonly elementTexts: typeof texts;
  readonly base64: typeof lenientBase64;
}

function castTable(parts: CastParts): CastTable {
  const { cellBooleans, elementBooleans, cellIntegers, elementIntegers, floats: reals, elementTexts, base64 } = parts;
  return {
    cells: {
      boolean: cellBooleans,
      integer: cellIntegers.int32,
      long: cellIntegers.int64,
      float: reals.float32,
      double: reals.float64,
      string: textsAndWhatElse,
      binary: base64,
      datetime: datetimeCells,
    },
    tensorCells: {
      bool: cellBooleans,
      ...cellIntegers,
      ...reals,
      string: elementTexts,
      binary: utf8Bytes,
      datetime: datetimeCells,
      object: asTheyAre,
    },
    elements: {
      bool: elementBooleans,
      ...elementIntegers,
      ...reals,
      string: elementTexts,
      binary: asciiBytes,
      datetime: datetimeElements,
      object: asTheyAre,
    },
  };
}

/** The two modes, each a table of its own. */
export const COERCIONS = {
  /** What MLflow reads without damage is read the same; what it would damage is refused: {@link COERCION_DIFFERENCES}. */
  safe: {
    name: "safe",
    casts: castTable({
      cellBooleans: booleans,
      elementBooleans: booleans,
      cellIntegers: integerCasts("refuse", "refuse"),
      elementIntegers: integerCasts("refuse", "refuse"),
      floats: floats({ beyond: "refuse" }),
      elementTexts: textsNotNull,
      base64: strictBase64,
    }),
    repeatedKeys: "refuse",
    shortRows: "refuse",
    beyondFloats: "refuse",
  },
  /** What MLflow 3.17 does, damage included. */
  mlflow: {
    name: "mlflow",
    casts: castTable({
      cellBooleans: cellTruths,
      elementBooleans: truths,
      cellIntegers: integerCasts("wrap", "cut"),
      elementIntegers: integerCasts("refuse", "cut"),
      floats: floats({ beyond: "infinite" }),
      elementTexts: texts,
      base64: lenientBase64,
    }),
    repeatedKeys: "last",
    shortRows: "pad",
    beyondFloats: "infinite",
  },
} as const satisfies Record<CoercionName, Coercion>;

/** All that `safe` refuses and `mlflow` reads. Listed in docs/compatibility.md, with the same words. */
export const COERCION_DIFFERENCES = [
  { damage: "a fraction in an integer column or tensor", mlflow: "is cut off" },
  { damage: "an integer out of the range of its column", mlflow: "wraps around" },
  {
    damage: 'a text in a boolean column or tensor, but for "true", "1" and the empty one',
    mlflow: 'becomes true, "false" too',
  },
  { damage: "null in a boolean column or tensor", mlflow: "becomes false" },
  { damage: "a character in a binary column that is not base64", mlflow: "is skipped" },
  {
    damage: "null in a string column or tensor of `inputs` and `instances`, or in a string tensor of a table",
    mlflow: 'becomes the text "None"',
  },
  { damage: "a row with fewer values than another", mlflow: "is filled up with missing values" },
  { damage: "a number beyond the range of its float", mlflow: "becomes infinite" },
  { damage: "a key that stands twice in an object", mlflow: "has the last of its values" },
] as const satisfies readonly { damage: string; mlflow: string }[];
