import type { TensorsBatch } from "../../../core/batch.js";
import { MlserveError } from "../../../core/errors.js";
import type { Column, DType } from "../../../core/tensor.js";
import type { TensorsSchema } from "../../../format/signature.js";
import { columnPlace } from "../place.js";
import { compileTensorTables } from "../tables/tensor-tables.js";
import type { CsvCell } from "./cell-casts.js";
import { floatOf } from "./cell-values.js";
import { guessCells } from "./guess-cells.js";
import { type CsvRules, readCsvTable } from "./table.js";

/**
 * Compiles the reading of CSV bodies under a signature of tensors, as `dataframe_split` is read: a column for each named
 * tensor, or all columns side by side for one without a name. MLflow refuses every such body.
 */
export function compileCsvTensors(schema: TensorsSchema, rules: CsvRules): (body: Uint8Array) => TensorsBatch {
  const { coercion, limits } = rules;
  const decode = compileTensorTables(schema, coercion.casts, limits);
  const dtypes = new Map(schema.tensors.map(({ name, dtype }) => [name, dtype]));
  const only = dtypes.get(undefined);

  function chooseColumns(names: readonly string[]): number[] {
    if (only !== undefined) refuseValuesAsNames(names);
    return [...names.keys()].filter((i) => only !== undefined || dtypes.has(names[i]));
  }

  /** What is text to the tensor stays as it is written: "007" is no number. */
  function toColumn(cells: readonly CsvCell[], name: string | undefined, position: number): Column {
    if (TEXTS.has(dtypes.get(name))) return { dtype: "object", data: cells };
    return guessCells(cells, columnPlace(name, position), coercion);
  }

  return (body) => {
    const { rows, columns } = readCsvTable(body, chooseColumns, rules);
    return decode({
      rows,
      columns: columns.map(({ name, cells }, i) => ({
        name,
        values: { kind: "scalars", column: toColumn(cells, only === undefined ? name : undefined, i) },
      })),
    });
  };
}

const TEXTS: ReadonlySet<DType | undefined> = new Set<DType>(["string", "binary", "datetime"]);

/** Where names do not matter, a first row of values would be taken for them, and one prediction be lost. */
function refuseValuesAsNames(names: readonly string[]): void {
  // Positions are what pandas calls columns without names.
  const arePositions = names.every((name, i) => name === String(i));
  if (arePositions || !names.every((name) => floatOf(name) !== undefined)) return;
  throw new MlserveError("invalid_body", "expected a header line with names, got numbers only", {
    where: "the header",
  });
}
