import type { ColumnsBatch } from "../../core/batch.js";
import type { DecodeLimits } from "../../core/decode-limits.js";
import { MlserveError, quoteName } from "../../core/errors.js";
import type { JsonObject, JsonValue } from "../../core/json.js";
import type { Column, DType } from "../../core/tensor.js";
import type { ColumnSpec, ColumnsSchema } from "../../format/signature.js";
import type { CastTable } from "./casts.js";
import { type ColumnCast, compileColumn } from "./column-cast.js";
import { type CastColumn, enforceColumns } from "./enforce-columns.js";
import type { Frame, FrameColumn } from "./frame.js";
import { groupByName } from "./group-by-name.js";
import { guessTensor } from "./guess.js";
import { gatherKeys, requireEqualLengths } from "./instances.js";
import { jsonKind } from "./json-kind.js";
import { flattenList } from "./nested-list.js";
import { columnPlace } from "./place.js";

/** Turns the data of every body form into the columns of one signature. */
export interface ColumnsDecoder {
  /** `dataframe_split` and `dataframe_records`. */
  fromFrame(frame: Frame): ColumnsBatch;
  /** `inputs`. */
  fromInputs(value: JsonValue, where?: string): ColumnsBatch;
  /** `instances`: as `inputs`, but a list of objects gives columns, which need equal lengths. */
  fromInstances(value: JsonValue): ColumnsBatch;
  /** An unwrapped body: columns whose values must have their type as they are. */
  fromUnwrapped(value: JsonObject): ColumnsBatch;
}

export function compileColumns(schema: ColumnsSchema, casts: CastTable, limits: DecodeLimits): ColumnsDecoder {
  return new ColumnsReader(schema, casts, limits);
}

class ColumnsReader implements ColumnsDecoder {
  private readonly columns: readonly ColumnCast[];
  private readonly byName: ReadonlyMap<string | undefined, ColumnCast>;
  private readonly named: boolean;
  /** A list or an object as a column's value stands for one row, and so does every other value then. */
  private readonly oneRow: boolean;
  private readonly schema: ColumnsSchema;
  private readonly casts: CastTable;
  private readonly limits: DecodeLimits;

  constructor(schema: ColumnsSchema, casts: CastTable, limits: DecodeLimits) {
    this.schema = schema;
    this.casts = casts;
    this.limits = limits;
    this.columns = schema.columns.map((spec) => compileColumn(spec, casts, limits));
    this.byName = new Map(this.columns.map((column) => [column.spec.name, column]));
    this.named = schema.columns[0]?.name !== undefined;
    this.oneRow = schema.columns.some(({ type }) => type.kind === "array" || type.kind === "object");
  }

  private castCells(cast: ColumnCast, column: FrameColumn, position: number): CastColumn {
    return { name: cast.spec.name ?? column.name, rank: 1, column: cast.cells(column.cells, position) };
  }

  fromFrame(frame: Frame): ColumnsBatch {
    const named = groupByName(frame.columns);
    const cast = this.columns.flatMap((column, i) => {
      const found = this.named ? named(column.spec.name) : frame.columns.slice(i, i + 1);
      return found.map((cells) => this.castCells(column, cells, i));
    });
    return enforceColumns(this.columns, cast);
  }

  private fromMap(value: JsonObject, where: string): CastColumn[] {
    const cast: CastColumn[] = [];
    for (const [name, item] of value) {
      const column = this.byName.get(name);
      if (column === undefined) flattenList(item, `${where}: a column that the signature does not have`, this.limits);
      else cast.push(column.value(item, `${where}[${quoteName(name)}]`));
    }
    return this.oneRow ? cast.map(requireScalar) : cast;
  }

  /** Keys that no signature names keep the type of their values, and go by position. */
  private guessMap(value: JsonObject, where: string): CastColumn[] {
    return Array.from(value, ([name, item]) => {
      const { shape, ...column } = guessTensor(
        flattenList(item, `${where}[${quoteName(name)}]`, this.limits),
        this.casts,
      );
      return { name, rank: shape.length, column };
    });
  }

  private fromRecords(records: readonly JsonObject[], where: string): CastColumn[] {
    return this.columns.flatMap((column) => {
      const cells = records.map((record) => record.get(column.spec.name ?? ""));
      return cells.every((cell) => cell === undefined) ? [] : [this.castRecords(column, cells, where)];
    });
  }

  /** Values of one key in a list of objects, where some may lack it. */
  private castRecords(column: ColumnCast, cells: readonly (JsonValue | undefined)[], where: string): CastColumn {
    const { name } = column.spec;
    const missing = cells.indexOf(undefined);
    if (missing >= 0 && !MAY_BE_MISSING.includes(column.dtype)) {
      const place = `${columnPlace(name, 0)}, row ${missing}`;
      throw new MlserveError("schema_mismatch", `expected ${column.dtype}, found no value`, { where: place });
    }
    const filled = cells.map((cell) => cell ?? null);
    if (column.isNested) return this.castCells(column, { name, cells: filled }, 0);
    const place = `${where}[*][${quoteName(name ?? "")}]`;
    if (missing < 0 || column.dtype !== "string") return column.value(filled, place);
    return withMissingTexts(
      column.value(
        filled.filter((_, i) => cells[i] !== undefined),
        place,
      ),
      cells,
    );
  }

  fromInputs(value: JsonValue, where = "inputs"): ColumnsBatch {
    const wrapped = wrapSingle(value, this.schema.columns);
    if (!this.named && (wrapped === null || wrapped instanceof Map)) {
      throw new MlserveError(
        "invalid_body",
        `expected a list or a scalar, as the signature names no columns, got ${jsonKind(wrapped)}`,
        { where },
      );
    }
    if (wrapped instanceof Map) return enforceColumns(this.columns, this.fromMap(wrapped, where));
    if (Array.isArray(wrapped) && wrapped.every(isObject)) {
      return enforceColumns(this.columns, this.fromRecords(wrapped, where));
    }
    return enforceColumns(this.columns, this.fromArray(wrapped, where));
  }

  /** A bare list or scalar: all of it takes the type of the first column, and its columns go by position. */
  private fromArray(value: JsonValue, where: string): CastColumn[] {
    const [first] = this.columns;
    if (first === undefined) return [];
    const whole = first.value(value, where);
    const shape = first.isNested ? [] : flattenList(value, where, this.limits).shape;
    if (shape.length > 2) {
      throw new MlserveError("schema_mismatch", `expected rows of columns, got lists ${shape.length} levels deep`, {
        where,
      });
    }
    return splitColumns(whole.column, shape[0] ?? 1, shape[1] ?? 1);
  }

  fromInstances(value: JsonValue): ColumnsBatch {
    if (Array.isArray(value) && value[0] instanceof Map) {
      if (this.columns.some(({ isNested }) => isNested) && value.every(isObject))
        return this.fromInputs(value, "instances");
      const values = gatherKeys(value, this.limits);
      return enforceColumns(
        this.columns,
        this.withEqualLengths(
          this.named ? this.fromMap(values, "instances[*]") : this.guessMap(values, "instances[*]"),
        ),
      );
    }
    if (value instanceof Map && this.named)
      return enforceColumns(this.columns, this.withEqualLengths(this.fromMap(value, "instances")));
    return this.fromInputs(value, "instances");
  }

  fromUnwrapped(value: JsonObject): ColumnsBatch {
    const cast = this.columns.flatMap((column) => {
      const { name = "" } = column.spec;
      const item = value.get(name);
      return item === undefined ? [] : [column.exactly(item, columnPlace(name, 0))];
    });
    return enforceColumns(this.columns, this.oneRow ? cast.map(requireScalar) : cast);
  }

  private withEqualLengths(cast: CastColumn[]): CastColumn[] {
    const required = cast.filter(({ name, rank }) => rank > 0 && this.byName.get(name)?.spec.required);
    requireEqualLengths(required.map(({ column }) => column.data.length));
    return cast;
  }
}

/** A record that lacks its text has null for it, whatever the others are cast to. */
function withMissingTexts(there: CastColumn, cells: readonly (JsonValue | undefined)[]): CastColumn {
  const texts = there.column.data[Symbol.iterator]();
  const data: unknown[] = cells.map((cell) => (cell === undefined ? null : texts.next().value));
  return { ...there, column: { dtype: "object", data } };
}

/** Types whose missing value has a spelling of its own. */
const MAY_BE_MISSING: readonly DType[] = ["float32", "float64", "string", "datetime", "object"];

function isObject(value: JsonValue): value is JsonObject {
  return value instanceof Map;
}

/** Beside a nested value, which stands for a single row, every other column has a single value too. */
function requireScalar(cast: CastColumn): CastColumn {
  if (cast.rank === 0) return cast;
  throw new MlserveError("schema_mismatch", "expected one value, as lists here stand for a single row", {
    where: columnPlace(cast.name, 0),
    hint: "Send several rows as dataframe_records, or as inputs with a list of objects",
  });
}

/** A list that stands for the only named column of a signature. */
function wrapSingle(value: JsonValue, specs: readonly ColumnSpec[]): JsonValue {
  const name = specs[0]?.name;
  if (specs.length !== 1 || name === undefined || !Array.isArray(value)) return value;
  return value.some((item) => item instanceof Map) ? value : new Map([[name, value]]);
}

function splitColumns(whole: Column, rows: number, width: number): CastColumn[] {
  return Array.from({ length: width }, (_, c) => {
    const indices = Array.from({ length: rows }, (_, r) => r * width + c);
    return { name: undefined, rank: 1, column: pick(whole, indices) };
  });
}

function pick(column: Column, indices: readonly number[]): Column {
  const data = column.data;
  if (Array.isArray(data)) return { dtype: column.dtype, data: indices.map((i) => data[i]) } as Column;
  // Every other storage is a typed array; its own class makes the new one.
  const typed = data as Exclude<Column["data"], readonly unknown[]>;
  const picked = typed.slice(0, indices.length);
  indices.forEach((from, to) => {
    picked[to] = typed[from] ?? 0;
  });
  return { dtype: column.dtype, data: picked } as Column;
}
