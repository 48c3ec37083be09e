import { beyondLimit, type DecodeLimits, ValueBudget } from "../../core/decode-limits.js";
import { MlserveError } from "../../core/errors.js";
import type { JsonObject, JsonValue } from "../../core/json.js";
import { groupByName } from "./group-by-name.js";
import { jsonKind } from "./json-kind.js";

/** A table as a request spelled it, before any cast: what pandas' `DataFrame` is to MLflow. */
export interface Frame {
  readonly rows: number;
  /** In the order of the request. */
  readonly columns: readonly FrameColumn[];
}

export interface FrameColumn {
  /** undefined where the request gives no text as the name: a column that goes by its position. */
  readonly name: string | undefined;
  /** One per row; a missing cell is null, or NaN where a record lacks the key. */
  readonly cells: readonly JsonValue[];
}

/**
 * Reads the value of `dataframe_split`: `data`, and optionally `columns` and `index`.
 *
 * Throws `invalid_body` for anything that pandas would refuse.
 */
export function readSplitFrame(value: JsonValue, rules: FrameRules): Frame {
  if (!(value instanceof Map)) throw refusal("dataframe_split", `expected an object, got ${jsonKind(value)}`);
  const known = ["columns", "data", "index"];
  if (!value.has("data")) throw refusal("dataframe_split", `expected the key "data"`);
  if ([...value.keys()].some((key) => !known.includes(key))) {
    throw refusal("dataframe_split", `expected no other keys than "columns", "data" and "index"`);
  }
  const names = readNames(value.get("columns") ?? null, rules);
  const frame = readData(value.get("data") ?? null, names, rules);
  checkIndex(value.get("index") ?? null, frame.rows);
  return frame;
}

/** Reads the value of `dataframe_records`: a list of objects, whose keys together are the columns. */
export function readRecordsFrame(value: JsonValue, rules: FrameRules): Frame {
  if (!Array.isArray(value)) throw refusal("dataframe_records", `expected a list of records, got ${jsonKind(value)}`);
  return readRows(value, undefined, "dataframe_records", rules);
}

/** A key that a record lacks is NaN to pandas, and not the null that a record may hold. */
const MISSING = Number.NaN;

export interface FrameRules {
  /** A row with fewer values than another is refused, or filled up with missing values. */
  readonly shortRows: "refuse" | "pad";
  readonly limits: DecodeLimits;
}

type Names = readonly (string | undefined)[];

function readNames(value: JsonValue, { limits }: FrameRules): Names | undefined {
  if (value === null) return undefined;
  if (!Array.isArray(value))
    throw refusal("dataframe_split.columns", `expected a list of names, got ${jsonKind(value)}`);
  if (value.length > limits.maxColumns) throw beyondLimit(limits, "maxColumns", "dataframe_split.columns");
  return value.map((name, i) => {
    if (Array.isArray(name) || name instanceof Map) {
      throw refusal(`dataframe_split.columns[${i}]`, `expected a name, got ${jsonKind(name)}`);
    }
    return typeof name === "string" ? name : undefined;
  });
}

function readData(data: JsonValue, names: Names | undefined, rules: FrameRules): Frame {
  if (data === null) return emptyFrame(names);
  if (data instanceof Map) return readColumnMap(data, names);
  if (!Array.isArray(data)) throw refusal("dataframe_split.data", `expected a list of rows, got ${jsonKind(data)}`);
  return readRows(data, names, "dataframe_split.data", rules);
}

function emptyFrame(names: Names | undefined): Frame {
  return { rows: 0, columns: (names ?? []).map((name) => ({ name, cells: [] })) };
}

/** The first row decides, as in pandas, whether rows are lists, records, or the values of a single column. */
function readRows(rows: readonly JsonValue[], names: Names | undefined, where: string, rules: FrameRules): Frame {
  const first = rows[0];
  if (first === undefined) return emptyFrame(names);
  if (Array.isArray(first)) return readLists(rows, names, where, rules);
  if (first instanceof Map) return readRecords(rows, names, where, rules);
  if (names !== undefined && names.length !== 1) {
    throw refusal(where, `expected rows of ${names.length} values, got values that are no rows`);
  }
  return { rows: rows.length, columns: [{ name: names?.[0], cells: rows }] };
}

/** What a cell costs in memory, whatever is in it. */
const CELL_BYTES = 8;

function readLists(
  rows: readonly JsonValue[],
  names: Names | undefined,
  where: string,
  { shortRows, limits }: FrameRules,
): Frame {
  let width = 0;
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i];
    if (!Array.isArray(row))
      throw refusal(`${where}[${i}]`, `expected a list as in the first row, got ${jsonKind(row)}`);
    if (row.length > width) width = row.length;
  }
  if (names !== undefined && names.length !== width) {
    throw refusal(where, `expected ${names.length} values in a row as there are columns, got ${width}`);
  }
  const short = shortRows === "refuse" ? rows.findIndex((row) => Array.isArray(row) && row.length < width) : -1;
  if (short >= 0) throw refusal(`${where}[${short}]`, `expected ${width} values as in the longest row, got fewer`);
  if (width > limits.maxColumns) throw beyondLimit(limits, "maxColumns", where);
  const columns: FrameColumn[] = [];
  new ValueBudget(limits).spend(rows.length * width * CELL_BYTES);
  for (let c = 0; c < width; c++) {
    // pandas fills up the rows that are shorter than the longest.
    const cells = rows.map((row) => (Array.isArray(row) ? row[c] : undefined) ?? null);
    columns.push({ name: names?.[c], cells });
  }
  return { rows: rows.length, columns };
}

function readRecords(
  rows: readonly JsonValue[],
  names: Names | undefined,
  where: string,
  { limits }: FrameRules,
): Frame {
  const cells = new Map<string, JsonValue[]>();
  const budget = new ValueBudget(limits);
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i];
    if (!(row instanceof Map))
      throw refusal(`${where}[${i}]`, `expected an object as in the first row, got ${jsonKind(row)}`);
    for (const [name, value] of row) {
      let column = cells.get(name);
      if (column === undefined) {
        if (cells.size >= limits.maxColumns) throw beyondLimit(limits, "maxColumns", where);
        // Records that each have keys of their own make a table that is the square of the body.
        budget.spend(rows.length * CELL_BYTES);
        column = new Array<JsonValue>(rows.length).fill(MISSING);
        cells.set(name, column);
      }
      column[i] = value;
    }
  }
  const read = Array.from(cells, ([name, values]) => ({ name, cells: values }));
  return { rows: rows.length, columns: names === undefined ? read : select(read, names, rows.length) };
}

function readColumnMap(data: JsonObject, names: Names | undefined): Frame {
  const columns: FrameColumn[] = [];
  let rows: number | undefined;
  for (const [name, value] of data) {
    const cells = value instanceof Map ? [...value.values()] : value;
    if (!Array.isArray(cells))
      throw refusal("dataframe_split.data", `expected a list of values for each column, got ${jsonKind(value)}`);
    rows ??= cells.length;
    if (cells.length !== rows) throw refusal("dataframe_split.data", "expected columns of equal length");
    columns.push({ name, cells });
  }
  return { rows: rows ?? 0, columns: names === undefined ? columns : select(columns, names, rows ?? 0) };
}

/** With both names and `data` that has its own, pandas keeps the columns named, and fills up those that are not there. */
function select(columns: readonly FrameColumn[], names: Names, rows: number): FrameColumn[] {
  const missing = new Array<JsonValue>(rows).fill(null);
  const found = groupByName(columns);
  return names.map((name) => ({ name, cells: found(name)[0]?.cells ?? missing }));
}

function checkIndex(index: JsonValue, rows: number): void {
  if (index === null) return;
  if (!Array.isArray(index)) throw refusal("dataframe_split.index", `expected a list, got ${jsonKind(index)}`);
  if (index.length !== rows)
    throw refusal("dataframe_split.index", `expected ${rows} entries as there are rows, got ${index.length}`);
}

function refusal(where: string, reason: string): MlserveError {
  return new MlserveError("invalid_body", reason, { where });
}
