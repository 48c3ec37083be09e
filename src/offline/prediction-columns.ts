import { NAMELESS } from "../codec/encode/predictions.js";
import { type Batch, UNNAMED } from "../core/batch.js";
import { MlserveError } from "../core/errors.js";
import { sliceColumn } from "../core/slice-column.js";
import { type Column, elementCount, type Tensor } from "../core/tensor.js";
import { toMap } from "../core/to-map.js";
import type { OutputColumn } from "./row-source.js";

/**
 * The outputs of a model as columns with a value for each row of its input, named and shaped as in the answer to a table.
 *
 * `ran` rows went in, of which the first `rows` are wanted. Throws `model_failed` for outputs with other rows.
 */
export function toPredictionColumns(batch: Batch, ran: number, rows: number): OutputColumn[] {
  switch (batch.kind) {
    case "columns":
      if (batch.rows !== ran) throw otherRows(batch.rows, ran);
      return Array.from(batch.columns, ([name, column]) => ({
        name: name === UNNAMED ? NAMELESS : name,
        inner: [],
        column: sliceColumn(column, 0, rows),
      }));
    case "tensors":
      return tensorColumns([...batch.tensors], ran, rows);
    case "value":
      return valueColumns(batch.value, ran, rows);
  }
}

function tensorColumns(outputs: readonly (readonly [string, Tensor])[], ran: number, rows: number): OutputColumn[] {
  const isRowwise = outputs.every(([, { shape }]) => shape[0] === ran);
  return outputs.map(([name, { shape, ...column }]) => {
    // MLflow lays outputs of other shapes out flat.
    const inner = isRowwise ? shape.slice(1) : [];
    const size = elementCount(inner);
    if (column.data.length !== ran * size) throw otherRows(shape[0] ?? 1, ran);
    return {
      name: name === UNNAMED ? NAMELESS : name,
      inner: size === 1 ? [] : inner,
      column: sliceColumn(column as Column, 0, rows * size),
    };
  });
}

/** Rows of a plain value: records, or values of any other form. */
function valueColumns(value: unknown, ran: number, rows: number): OutputColumn[] {
  if (!Array.isArray(value)) throw new MlserveError("model_failed", "the model returned a value instead of rows");
  if (value.length !== ran) throw otherRows(value.length, ran);
  const wanted: unknown[] = value.slice(0, rows);
  if (rows === 0 || !wanted.every(isRecord)) return [objectColumn(NAMELESS, wanted)];
  const records = wanted.map(toMap);
  const names = new Set(records.flatMap((record) => [...record.keys()]));
  return Array.from(names, (name) =>
    objectColumn(
      name,
      records.map((record) => record.get(name) ?? null),
    ),
  );
}

function objectColumn(name: string, data: readonly unknown[]): OutputColumn {
  return { name, inner: [], column: { dtype: "object", data } };
}

function isRecord(value: unknown): value is object {
  if (value instanceof Map) return true;
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

function otherRows(got: number, ran: number): MlserveError {
  return new MlserveError("model_failed", `the model returned ${got} rows for ${ran}`);
}
