import type { Batch } from "../../core/batch.js";
import { fromFloat16Bits } from "../../core/float16.js";
import { type Column, elementCount, type Tensor } from "../../core/tensor.js";
import { COLUMN_DTYPES, type ColumnSpec, type DataType } from "../../format/signature.js";
import { type Fault, faultOf, isRecord, within } from "./fault.js";
import type { ToOutput } from "./output.js";
import { readTensors } from "./read-tensors.js";
import { fromList } from "./tensor-values.js";
import { compileTypeCheck, firstFault, mismatch, type TypeCheck, toList } from "./type-check.js";

interface OutputColumn {
  readonly name: string;
  readonly type: DataType;
  readonly required: boolean;
  readonly check: TypeCheck;
}

/**
 * Answers of a signature with columns: rows, an object of a list for each column, or one row. Of a signature with one
 * column, its values without a name too.
 *
 * Rows become a table, whose columns have the types of the signature; the other forms stay as they are.
 */
export function compileOutputColumns(specs: readonly ColumnSpec[]): ToOutput {
  const columns = specs.map(
    ({ name, type, required }, i): OutputColumn => ({
      name: name ?? String(i),
      type,
      required,
      check: compileTypeCheck(type, required),
    }),
  );
  const checkRow = compileRowCheck(columns);
  const [only] = columns.length === 1 ? columns : [];

  function toOutput(result: unknown): Batch | Fault {
    const tensors = readTensors(result);
    if (tensors !== undefined) return "reason" in tensors ? tensors : toOutput(toLists(tensors.tensors));
    const list = toList(result);
    if (list === undefined) return checkOne(result);
    if (list.every(isRecord)) return firstFault(list.entries(), () => checkRow) ?? toTable(list, columns);
    if (only === undefined) return rowFault(list);
    return firstFault(list.entries(), () => only.check) ?? { kind: "value", value: result };
  }

  function checkOne(result: unknown): Batch | Fault {
    const value: Batch = { kind: "value", value: result };
    const bare = only?.check(result);
    if (only !== undefined && bare === undefined) return value;
    if (!isRecord(result)) return bare ?? mismatch("rows", result);
    const asRow = checkRow(result);
    if (asRow === undefined) return value;
    const lists = Object.values(result).every((item) => toList(item) !== undefined);
    return lists && Object.keys(result).length > 0 ? (checkLists(result, columns) ?? value) : asRow;
  }

  return toOutput;
}

function compileRowCheck(columns: readonly OutputColumn[]): TypeCheck {
  const checks = new Map(columns.map(({ name, check }) => [name, check]));
  return (row) => {
    if (!isRecord(row)) return mismatch("rows", row);
    return missingColumn(row, columns) ?? firstFault(Object.entries(row), (name) => checks.get(String(name)));
  };
}

function missingColumn(row: object, columns: readonly OutputColumn[]): Fault | undefined {
  const missing = columns.find(({ name, required }) => required && !Object.hasOwn(row, name));
  return missing && within(missing.name, faultOf("it is missing, and the output signature requires it"));
}

function rowFault(list: readonly unknown[]): Fault {
  const at = list.findIndex((row) => !isRecord(row));
  return within(at, mismatch("rows", list[at]));
}

/** An object of one list for each column. */
function checkLists(lists: Readonly<Record<string, unknown>>, columns: readonly OutputColumn[]): Fault | undefined {
  const checks = new Map(columns.map(({ name, check }) => [name, check]));
  const lengths = new Set(Object.values(lists).map((list) => toList(list)?.length));
  if (lengths.size > 1) return faultOf("its columns have different lengths");
  return (
    missingColumn(lists, columns) ??
    firstFault(Object.entries(lists), (name) => {
      const check = checks.get(String(name));
      return check && ((list) => firstFault(toList(list)?.entries() ?? [], () => check));
    })
  );
}

function toTable(rows: readonly Readonly<Record<string, unknown>>[], columns: readonly OutputColumn[]): Batch {
  const given = columns.filter(({ name, required }) => required || rows.some((row) => Object.hasOwn(row, name)));
  return {
    kind: "columns",
    rows: rows.length,
    columns: new Map(given.map((column) => [column.name, toColumn(column, rows)])),
  };
}

function toColumn({ name, type }: OutputColumn, rows: readonly Readonly<Record<string, unknown>>[]): Column {
  const cells = rows.map((row) => row[name] ?? null);
  const objects: Column = { dtype: "object", data: cells };
  if (type.kind !== "scalar" || type.type === "datetime") return objects;
  const dtype = COLUMN_DTYPES[type.type];
  if (dtype === "string" || dtype === "binary")
    return cells.includes(null) ? objects : ({ dtype, data: cells } as unknown as Column);
  const data = fromList(
    dtype,
    dtype === "float32" || dtype === "float64" ? cells.map((cell) => cell ?? Number.NaN) : cells,
  );
  // The cells were checked: only one that is missing does not fit.
  return data === undefined ? objects : ({ dtype, data } as Column);
}

/** The tensors that a packed model gave, say, as the columns that the signature names. */
function toLists(tensors: ReadonlyMap<string, Tensor>): unknown {
  const lists = Array.from(tensors, ([name, tensor]) => [name, toNestedList(tensor)] as const);
  const [first] = lists;
  return lists.length === 1 && first?.[0] === "" ? first[1] : Object.fromEntries(lists);
}

function toNestedList(tensor: Tensor): unknown {
  const elements = toElements(tensor);
  // One value a row is a column, whether or not the model puts it into a list of its own.
  const shape = tensor.shape.length === 2 && tensor.shape[1] === 1 ? tensor.shape.slice(0, 1) : tensor.shape;
  return nest(elements, shape, 0);
}

function toElements(tensor: Tensor): readonly unknown[] {
  if (tensor.dtype === "bool") return Array.from(tensor.data, (value) => value !== 0);
  if (tensor.dtype === "float16") return Array.from(tensor.data, fromFloat16Bits);
  return Array.from<unknown>(tensor.data);
}

function nest(elements: readonly unknown[], [length, ...inner]: readonly number[], start: number): unknown {
  if (length === undefined) return elements[start];
  const size = elementCount(inner);
  return Array.from({ length }, (_, i) => nest(elements, inner, start + i * size));
}
