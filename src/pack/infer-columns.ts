import { MlserveError, quoteName } from "../core/errors.js";
import { JsonFloat, type JsonObject, type JsonValue } from "../core/json.js";
import type { ColumnSpec, ColumnsSchema, DataType } from "../format/signature.js";

/**
 * The columns of a table by its values, as MLflow's `infer_signature` finds them: integers are `long`, other numbers
 * `double`, and a column that misses a value is not required.
 *
 * `frame` has `columns` and `data`. Throws `schema_mismatch` for a column that no one type fits.
 */
export function inferColumns(frame: JsonObject): ColumnsSchema {
  const [names, rows] = [asList(frame.get("columns")), asList(frame.get("data")).map(asList)];
  if (names.length === 0 || rows.length === 0) throw refusal("has no column or no row, so that no signature follows");
  return {
    kind: "columns",
    columns: names.map((name, i) =>
      inferColumn(
        name,
        rows.map((row) => row[i] ?? null),
      ),
    ),
  };
}

function asList(value: JsonValue | undefined): JsonValue[] {
  if (!Array.isArray(value)) throw refusal("expected lists of columns and rows");
  return value;
}

function inferColumn(name: JsonValue, cells: readonly JsonValue[]): ColumnSpec {
  if (typeof name !== "string") throw refusal("expected the names of columns to be strings");
  const present = cells.filter((cell) => !isMissing(cell));
  const required = present.length === cells.length;
  const type = inferType(present, required);
  if (type !== undefined) return { name, type, required };
  const hint = "Give the signature with --signature";
  throw refusal("holds values of several types, lists, objects or integers beyond 64 bits", {
    where: `column ${quoteName(name)}`,
    hint,
  });
}

function isMissing(cell: JsonValue): boolean {
  return cell === null || Number.isNaN(cell instanceof JsonFloat ? cell.value : cell);
}

function inferType(cells: readonly JsonValue[], complete: boolean): DataType | undefined {
  if (cells.length === 0) return { kind: "any" };
  if (cells.every((cell) => typeof cell === "boolean")) return { kind: "scalar", type: "boolean" };
  if (cells.every((cell) => typeof cell === "string")) return { kind: "scalar", type: "string" };
  if (!cells.every(isNumber)) return undefined;
  // pandas has no integers beside missing values.
  const integers = complete && cells.every((cell) => typeof cell === "bigint" || Number.isInteger(cell));
  if (!integers) return { kind: "scalar", type: "double" };
  return cells.every(isLong) ? { kind: "scalar", type: "long" } : undefined;
}

function isNumber(cell: JsonValue): boolean {
  return typeof cell === "number" || typeof cell === "bigint" || cell instanceof JsonFloat;
}

function isLong(cell: JsonValue): boolean {
  return typeof cell !== "bigint" || BigInt.asIntN(64, cell) === cell;
}

function refusal(reason: string, options: { where?: string; hint?: string } = {}): MlserveError {
  return new MlserveError("schema_mismatch", reason, options);
}
