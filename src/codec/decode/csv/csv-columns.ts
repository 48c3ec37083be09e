import type { ColumnsBatch } from "../../../core/batch.js";
import type { Column } from "../../../core/tensor.js";
import { COLUMN_DTYPES, type ColumnSpec, type ColumnsSchema } from "../../../format/signature.js";
import type { Coercion } from "../coercion.js";
import { compileColumn } from "../column-cast.js";
import { enforceColumns } from "../enforce-columns.js";
import { columnPlace, refuseCell } from "../place.js";
import { CELL_CASTS, type CsvCell } from "./cell-casts.js";
import { type CsvRules, type CsvTable, readCsvTable } from "./table.js";

/** Compiles the reading of CSV bodies under a signature of columns, all of them of scalar types. */
export function compileCsvColumns(schema: ColumnsSchema, rules: CsvRules): (body: Uint8Array) => ColumnsBatch {
  const { coercion, limits } = rules;
  const specs = schema.columns;
  const wanted = specs.map((spec) => compileColumn(spec, coercion.casts, limits));
  const casts = specs.map((spec, position) => compileCast(spec, position, coercion));
  const byName = new Map(specs.map(({ name }, position) => [name, casts[position]]));
  const named = specs[0]?.name !== undefined;

  function chooseColumns(names: readonly string[]): number[] {
    const positions = [...names.keys()];
    const chosen = named ? positions.filter((i) => byName.has(names[i])) : positions.slice(0, specs.length);
    // A table of no rows fails for its header alone.
    decode({ rows: 0, columns: chosen.map((i) => ({ name: names[i] ?? "", cells: [] })) });
    return chosen;
  }

  function decode({ columns }: CsvTable): ColumnsBatch {
    const cast = columns.flatMap(({ name, cells }, i) => {
      const toColumn = named ? byName.get(name) : casts[i];
      return toColumn === undefined ? [] : [{ name, rank: 1, column: toColumn(cells) }];
    });
    return enforceColumns(wanted, cast);
  }

  return (body) => decode(readCsvTable(body, chooseColumns, rules));
}

function compileCast(
  { name, type }: ColumnSpec,
  position: number,
  { name: mode }: Coercion,
): (cells: readonly CsvCell[]) => Column {
  if (type.kind !== "scalar") throw new Error("only scalar columns can be read from CSV");
  const scalar = type.type;
  const place = columnPlace(name, position);
  const isText = scalar === "string" || scalar === "binary";
  return (cells) => {
    const data = CELL_CASTS[mode][scalar](cells, refuseCell(place, scalar, cells));
    const dtype = !isText ? COLUMN_DTYPES[scalar] : cells.includes(null) ? "object" : "string";
    return { dtype, data } as Column;
  };
}
