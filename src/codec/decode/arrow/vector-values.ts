import { type Data, DataType } from "apache-arrow";
import { sliceColumn } from "../../../core/slice-column.js";
import { elementCount } from "../../../core/tensor.js";
import type { TableBudget } from "../tables/budget.js";
import { withMissing } from "../tables/missing-values.js";
import type { ColumnValues } from "../tables/typed-table.js";
import { dictionaryColumn } from "./dictionary.js";
import { leafElements } from "./elements.js";
import { missingRows } from "./validity.js";
import { vectorCells } from "./vector-cells.js";
import { isContainer, isListOrFixed, itemsOf, rangesOf, typeName } from "./vector-types.js";

/** The values of one column of a record batch. Throws RangeErrors for parts that do not fit together. */
export function vectorValues(data: Data, budget: TableBudget): ColumnValues {
  if (isContainer(data.type)) return evenLists(data, budget) ?? { kind: "cells", cells: vectorCells(data, budget) };
  const column = DataType.isDictionary(data.type) ? dictionaryColumn(data, budget) : leafElements(data, budget);
  if (column === undefined) return { kind: "unsupported", type: typeName(data.type) };
  const isMissing = missingRows(data);
  return { kind: "scalars", column: isMissing === undefined ? column : withMissing(column, isMissing) };
}

/** Lists that all have the same length, nothing missing: a tensor without its first dimension. */
function evenLists(data: Data, budget: TableBudget): ColumnValues | undefined {
  if (!isListOrFixed(data.type) || data.length === 0) return undefined;
  const items = itemsOf(data);
  if (missingRows(data) !== undefined || missingRows(items) !== undefined) return undefined;
  const ranges = rangesOf(data);
  const start = ranges.start(0);
  const size = ranges.end(0) - start;
  for (let row = 0; row < data.length; row++) if (ranges.end(row) - ranges.start(row) !== size) return undefined;
  if (size === 0) return undefined;
  const values = isContainer(items.type) ? evenLists(items, budget) : vectorValues(items, budget);
  if (values?.kind === "unsupported") return values;
  if (values?.kind === "scalars")
    return { kind: "lists", inner: [size], items: sliceColumn(values.column, start, start + size * data.length) };
  if (values?.kind !== "lists") return undefined;
  const inner = elementCount(values.inner);
  return {
    kind: "lists",
    inner: [size, ...values.inner],
    items: sliceColumn(values.items, start * inner, (start + size * data.length) * inner),
  };
}
