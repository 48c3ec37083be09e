import type { Data } from "apache-arrow";
import { type Column, isTypedDType, TYPED_ARRAYS } from "../../../core/tensor.js";
import type { TableBudget } from "../tables/budget.js";
import { joinTables } from "../tables/join-tables.js";
import { withMissing } from "../tables/missing-values.js";
import { leafElements } from "./elements.js";
import { missingRows } from "./validity.js";

/**
 * The elements of a column that is written as positions in a dictionary, anything where a value is missing; undefined
 * for dictionaries of lists and the like.
 */
export function dictionaryColumn(data: Data, budget: TableBudget): Column | undefined {
  const positions: unknown = data.values;
  if (!isIntegers(positions) || positions.length < data.length) throw new RangeError("too few positions");
  const isMissing = missingRows(data);
  const dictionary = readDictionary(data.dictionary?.data ?? [], budget);
  if (dictionary === undefined) return undefined;
  const found = Array.from({ length: data.length }, (_, row) => (isMissing?.(row) ? 0 : Number(positions[row])));
  const words: readonly unknown[] | ArrayLike<unknown> = dictionary.data;
  if (found.some((position) => position < 0 || position >= words.length) && words.length > 0)
    throw new RangeError("a position beyond the dictionary");
  return pick(dictionary, found);
}

/** A dictionary that grew while the stream went on has several parts. */
function readDictionary(parts: readonly Data[], budget: TableBudget): Column | undefined {
  const tables = parts.map((part) => {
    const column = leafElements(part, budget);
    const isMissing = missingRows(part);
    if (column === undefined) return undefined;
    const values = {
      kind: "scalars",
      column: isMissing === undefined ? column : withMissing(column, isMissing),
    } as const;
    return { rows: part.length, columns: [{ name: "", values }] };
  });
  const values = joinTables(tables.filter((table) => table !== undefined)).columns[0]?.values;
  return values?.kind === "scalars" && !tables.includes(undefined) ? values.column : undefined;
}

function pick({ dtype, data }: Column, positions: readonly number[]): Column {
  if (!isTypedDType(dtype)) return { dtype, data: positions.map((position) => data[position] ?? null) } as Column;
  const Class = TYPED_ARRAYS[dtype] as new (length: number) => { [index: number]: unknown };
  const picked = new Class(positions.length);
  positions.forEach((position, row) => {
    picked[row] = data[position] ?? picked[row];
  });
  return { dtype, data: picked } as Column;
}

type Integers =
  | Int8Array
  | Int16Array
  | Int32Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array;

function isIntegers(values: unknown): values is Integers {
  return (
    ArrayBuffer.isView(values) &&
    !(values instanceof DataView || values instanceof Float32Array || values instanceof Float64Array)
  );
}
