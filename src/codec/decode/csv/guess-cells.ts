import { MlserveError } from "../../../core/errors.js";
import { INTEGER_RANGES } from "../../../core/integer-ranges.js";
import type { Column } from "../../../core/tensor.js";
import type { Coercion } from "../coercion.js";
import type { CsvCell } from "./cell-casts.js";
import { booleanOf, floatOf, integerOf, isInfinityWord } from "./cell-values.js";

/**
 * Without a signature, the type that pandas' `read_csv` gives a column: integers, floats, booleans, else texts.
 *
 * As in pandas, a missing cell makes floats of integers, and is null among booleans and texts. Throws `cast_failed` for
 * a number that would become infinite, where those are refused.
 */
export function guessCells(cells: readonly CsvCell[], place: string, { beyondFloats }: Coercion): Column {
  const present = cells.filter((cell) => cell !== null);
  if (cells.length === 0) return { dtype: "object", data: [] };
  if (present.length === 0) return { dtype: "float64", data: new Float64Array(cells.length).fill(Number.NaN) };
  const complete = present.length === cells.length;
  return (
    (complete ? guessIntegers(present) : undefined) ??
    guessFloats(cells, place, beyondFloats) ??
    guessBooleans(cells, complete) ??
    texts(cells, complete)
  );
}

function guessIntegers(cells: readonly string[]): Column | undefined {
  const integers = convertAll(cells, integerOf);
  if (integers === undefined) return undefined;
  const within = ({ min, max }: { min: bigint; max: bigint }): boolean =>
    integers.every((integer) => integer >= min && integer <= max);
  if (within(INTEGER_RANGES.int64)) return { dtype: "int64", data: BigInt64Array.from(integers, BigInt) };
  if (within(INTEGER_RANGES.uint64)) return { dtype: "uint64", data: BigUint64Array.from(integers, BigInt) };
  return { dtype: "object", data: integers };
}

function guessFloats(
  cells: readonly CsvCell[],
  place: string,
  beyondFloats: Coercion["beyondFloats"],
): Column | undefined {
  const floats = convertAll(cells, (cell) => (cell === null ? Number.NaN : floatOf(cell)));
  if (floats === undefined) return undefined;
  const isBeyond = (cell: CsvCell, row: number): boolean =>
    cell !== null && !Number.isFinite(floats[row]) && !isInfinityWord(cell);
  const row = beyondFloats === "refuse" ? cells.findIndex(isBeyond) : -1;
  if (row >= 0)
    throw new MlserveError("cast_failed", "the number is beyond the range of the type", {
      where: `${place}, row ${row}`,
    });
  return { dtype: "float64", data: Float64Array.from(floats) };
}

function guessBooleans(cells: readonly CsvCell[], complete: boolean): Column | undefined {
  const booleans = convertAll(cells, (cell) => (cell === null ? null : booleanOf(cell)));
  if (booleans === undefined) return undefined;
  return complete ? { dtype: "bool", data: Uint8Array.from(booleans, Number) } : { dtype: "object", data: booleans };
}

function texts(cells: readonly CsvCell[], complete: boolean): Column {
  // Without null among them the cells are strings.
  return complete ? { dtype: "string", data: cells as readonly string[] } : { dtype: "object", data: cells };
}

function convertAll<C, V>(cells: readonly C[], convert: (cell: C) => V | undefined): V[] | undefined {
  const values: V[] = [];
  for (const cell of cells) {
    const value = convert(cell);
    if (value === undefined) return undefined;
    values.push(value);
  }
  return values;
}
