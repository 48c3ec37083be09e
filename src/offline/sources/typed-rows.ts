import { toCells } from "../../codec/decode/tables/column-cells.js";
import type { TableDecoder } from "../../codec/decode/tables/decode-table.js";
import type { ColumnValues, TypedTable } from "../../codec/decode/tables/typed-table.js";
import type { OutputColumn, ReadPlan, RowBlock } from "../row-source.js";
import { requireTensors } from "./check-columns.js";
import { missingKept } from "./kept-columns.js";

/** Part of a table in memory, with the types of just these rows. */
export type SliceTable = (start: number, end: number) => TypedTable;

/** Makes a block of a typed table; both columns that the model wants and columns to keep are in it. */
export function typedBlock(
  { rows, firstRow, slice }: { rows: number; firstRow: number; slice: SliceTable },
  decoder: TableDecoder,
  { keep }: ReadPlan,
): RowBlock {
  const isWanted = (name: string): boolean => decoder.wanted?.has(name) ?? true;
  return {
    rows,
    firstRow,
    lineOf: () => undefined,
    decode(start, end) {
      const { columns, ...table } = slice(start, end);
      return decoder.decode({ ...table, columns: columns.filter(({ name }) => isWanted(name)) });
    },
    keep(start, end) {
      if (keep.length === 0) return [];
      const { columns } = slice(start, end);
      return keep.flatMap((name) => {
        const found = columns.find((column) => column.name === name);
        return found === undefined ? [] : [{ name, ...keepValues(found.values) }];
      });
    },
  };
}

function keepValues(values: ColumnValues): Pick<OutputColumn, "inner" | "column"> {
  if (values.kind === "scalars") return { inner: [], column: values.column };
  if (values.kind === "lists") return { inner: values.inner, column: values.items };
  return { inner: [], column: { dtype: "object", data: toCells(values) } };
}

/** The columns of a file to read. Throws for those that are not there. */
export function chooseColumns(names: readonly string[], decoder: TableDecoder, plan: ReadPlan): ReadonlySet<string> {
  const missing = plan.keep.find((name) => !names.includes(name));
  if (missing !== undefined) throw missingKept(missing, names);
  const { inputs } = plan.signature;
  if (inputs?.kind === "tensors") requireTensors(inputs, names);
  const kept = new Set(plan.keep);
  return new Set(names.filter((name) => kept.has(name) || (decoder.wanted?.has(name) ?? true)));
}

/** Throws for columns that are missing or of a type that no row of the file could be read with. */
export function checkTypes(block: RowBlock, { signature }: ReadPlan): void {
  if (signature.inputs?.kind === "columns") block.decode(0, 0);
}
