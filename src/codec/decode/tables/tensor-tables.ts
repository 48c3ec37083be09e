import { type TensorsBatch, UNNAMED } from "../../../core/batch.js";
import type { DecodeLimits } from "../../../core/decode-limits.js";
import { type Column, elementCount, isTypedDType, type Tensor, TYPED_ARRAYS } from "../../../core/tensor.js";
import type { TensorSpec, TensorsSchema } from "../../../format/signature.js";
import type { CastTable } from "../casts.js";
import type { Frame } from "../frame.js";
import { mismatch } from "../mismatch.js";
import { columnPlace } from "../place.js";
import { compileTensors } from "../tensors.js";
import { toCells } from "./column-cells.js";
import { type ColumnValues, type TypedColumn, type TypedTable, valuesKind } from "./typed-table.js";

/**
 * Compiles what tensors a signature makes of typed tables: a column that holds a tensor's elements as they are is that
 * tensor, without a copy; any other table goes the way of `dataframe_split`, with its casts and refusals.
 */
export function compileTensorTables(
  schema: TensorsSchema,
  casts: CastTable,
  limits: DecodeLimits,
): (table: TypedTable) => TensorsBatch {
  const decoder = compileTensors(schema, casts, limits);
  const names = new Set(schema.tensors.map(({ name }) => name));
  const isWanted = ({ name }: TypedColumn): boolean => names.has(undefined) || names.has(name);
  return (table) => {
    const columns = table.columns.filter(isWanted);
    return directTensors(schema.tensors, columns, table.rows) ?? decoder.fromFrame(toFrame(columns, table.rows));
  };
}

function directTensors(
  specs: readonly TensorSpec[],
  columns: readonly TypedColumn[],
  rows: number,
): TensorsBatch | undefined {
  if (rows === 0) return undefined;
  const tensors = new Map<string, Tensor>();
  for (const spec of specs) {
    const found = spec.name === undefined ? columns : columns.filter(({ name }) => name === spec.name);
    const [only] = found;
    const tensor =
      found.length === 1 && only !== undefined
        ? directTensor(spec, only.values, rows)
        : directMatrix(spec, found, rows);
    if (tensor === undefined) return undefined;
    tensors.set(spec.name ?? UNNAMED, tensor);
  }
  return { kind: "tensors", tensors };
}

function directTensor(
  { dtype, shape: [first, ...inner] }: TensorSpec,
  values: ColumnValues,
  rows: number,
): Tensor | undefined {
  if (first !== -1 || inner.includes(-1)) return undefined;
  const shape = [rows, ...inner];
  const isScalar = inner.length === 0 || (inner.length === 1 && inner[0] === 1);
  if (values.kind === "scalars" && isScalar) return withShape(values.column, dtype, shape);
  const fits = values.kind === "lists" && elementCount(values.inner) === elementCount(inner);
  return fits ? withShape(values.items, dtype, shape) : undefined;
}

function withShape(column: Column, dtype: Tensor["dtype"], shape: readonly number[]): Tensor | undefined {
  return column.dtype === dtype ? { ...column, shape } : undefined;
}

/** Columns of one type side by side. */
function directMatrix(
  { name, dtype, shape }: TensorSpec,
  columns: readonly TypedColumn[],
  rows: number,
): Tensor | undefined {
  const width = columns.length;
  if (name !== undefined || shape.length !== 2 || shape[0] !== -1 || shape[1] !== width || !isTypedDType(dtype))
    return undefined;
  const sources = columns.flatMap(({ values }) =>
    values.kind === "scalars" && values.column.dtype === dtype ? [values.column.data] : [],
  );
  if (sources.length < width) return undefined;
  const data = new TYPED_ARRAYS[dtype](rows * width);
  sources.forEach((source, column) => {
    for (let row = 0; row < rows; row++) data[row * width + column] = source[row] as never;
  });
  // The class of the data is that of the dtype.
  return { dtype, shape: [rows, width], data } as Tensor;
}

function toFrame(columns: readonly TypedColumn[], rows: number): Frame {
  return {
    rows,
    columns: columns.map(({ name, values }, i) => {
      if (values.kind === "unsupported")
        throw mismatch(`expected a tensor, got ${valuesKind(values)}`, columnPlace(undefined, i));
      return { name, cells: toCells(values) };
    }),
  };
}
