import { MlserveError } from "../../core/errors.js";
import type { JsonValue } from "../../core/json.js";
import { elementCount, type Tensor } from "../../core/tensor.js";
import type { TensorSpec } from "../../format/signature.js";
import type { CastTable } from "./casts.js";
import type { Frame, FrameColumn } from "./frame.js";
import { jsonKind } from "./json-kind.js";
import { mismatch } from "./mismatch.js";
import { columnPlace, refuseCell } from "./place.js";
import { formatShape } from "./tensor-shape.js";

/** A table under an unnamed tensor: one column with what that allows, or as many columns as the second dimension. */
export function frameTensor(frame: Frame, spec: TensorSpec, casts: CastTable): Tensor {
  const [only] = frame.columns;
  if (only === undefined) throw mismatch("the table is empty");
  if (frame.columns.length === 1) return columnTensor(spec, precast(spec, only, casts), casts);
  return matrixTensor(frame, spec, casts);
}

/** The cells of several columns, side by side; that they can be cast comes before their shape, as in {@link precast}. */
function matrixTensor({ rows, columns }: Frame, spec: TensorSpec, casts: CastTable): Tensor {
  requireRows(rows, spec);
  const width = columns.length;
  const scalars = columns.filter((column) => !hasLists(column));
  const cells = Array.from(
    { length: rows * scalars.length },
    (_, i) => scalars[i % scalars.length]?.cells[Math.floor(i / scalars.length)] ?? null,
  );
  const data = casts.tensorCells[spec.dtype](cells, (index, reason) => {
    const column = scalars[index % scalars.length] ?? { name: undefined, cells };
    const place = columnPlace(undefined, columns.indexOf(column));
    return refuseCell(place, spec.dtype, column.cells)(Math.floor(index / scalars.length), reason);
  });
  if (spec.shape.length !== 2 || spec.shape[0] !== -1 || spec.shape[1] !== width) {
    throw mismatch(`expected shape ${formatShape(spec.shape)}, got a table of ${width} columns`);
  }
  if (scalars.length < width) throw mismatch("expected scalar values in a table of several columns, got lists");
  return { dtype: spec.dtype, shape: [rows, width], data } as Tensor;
}

function requireRows(rows: number, { name }: TensorSpec): void {
  if (rows === 0) throw new MlserveError("cast_failed", "the table has no rows", { where: columnPlace(name, 0) });
}

function hasLists(column: FrameColumn): boolean {
  return Array.isArray(column.cells[0]);
}

/** A column after the cast that MLflow makes before it looks at shapes; lists are cast later, with their shape. */
export interface PrecastColumn {
  readonly column: FrameColumn;
  /** undefined for lists. */
  readonly data: Tensor["data"] | undefined;
}

/** Makes that cast: its failures come before all others, and are failures of the body. */
export function precast(spec: TensorSpec, column: FrameColumn, casts: CastTable): PrecastColumn {
  const place = columnPlace(spec.name, 0);
  const { cells } = column;
  requireRows(cells.length, spec);
  if (hasLists(column)) return { column, data: undefined };
  return { column, data: casts.tensorCells[spec.dtype](cells, refuseCell(place, spec.dtype, cells)) };
}

/** A column under a tensor: scalars for the shapes [any] and [any, 1], or flat lists that are reshaped. */
export function columnTensor(spec: TensorSpec, { column, data }: PrecastColumn, casts: CastTable): Tensor {
  const place = columnPlace(spec.name, 0);
  const [first, ...rest] = spec.shape;
  if (first !== -1 || rest.includes(-1)) {
    throw mismatch(
      `a table fits only shapes whose first dimension alone is free, not ${formatShape(spec.shape)}`,
      place,
    );
  }
  const rows = column.cells.length;
  const size = elementCount(rest);
  const shape = [rows, ...rest];
  if (data !== undefined) {
    if (rest.length > 1 || size !== 1)
      throw mismatch(`expected lists of ${size} values for shape ${formatShape(spec.shape)}, got scalars`, place);
    return { dtype: spec.dtype, shape, data } as Tensor;
  }
  const cells = column.cells.flatMap((cell, row) => flatCell(cell, size, `${place}, row ${row}`));
  const refuse = (index: number): never => {
    const row = Math.floor(index / size);
    throw mismatch(`expected ${spec.dtype}, got ${jsonKind(cells[index])}`, `${place}, row ${row}[${index % size}]`);
  };
  return { dtype: spec.dtype, shape, data: casts.tensorCells[spec.dtype](cells, refuse) } as Tensor;
}

function flatCell(cell: JsonValue, size: number, place: string): JsonValue[] {
  if (!Array.isArray(cell)) throw mismatch(`expected a list as in the first row, got ${jsonKind(cell)}`, place);
  if (cell.length !== size) throw mismatch(`expected ${size} values, got ${cell.length}`, place);
  const nested = cell.find((value) => Array.isArray(value) || value instanceof Map);
  if (nested !== undefined)
    throw mismatch(`expected a flat list of scalars, got one that holds a ${jsonKind(nested)}`, place);
  return cell;
}
