import { isUtf8 } from "node:buffer";
import { beyondLimit, type DecodeLimits } from "../../../core/decode-limits.js";
import { MlserveError } from "../../../core/errors.js";
import type { Coercion } from "../coercion.js";
import type { CsvCell } from "./cell-casts.js";
import { toColumnNames } from "./column-names.js";
import { isMissing } from "./missing-words.js";
import { readCsvRows } from "./rows.js";

/** The columns of a CSV body that somebody wants, as text. */
export interface CsvTable {
  readonly rows: number;
  readonly columns: readonly CsvColumn[];
}

export interface CsvColumn {
  readonly name: string;
  readonly cells: readonly CsvCell[];
}

/** How a table is read, and how large it may be. */
export interface CsvRules {
  readonly coercion: Coercion;
  readonly limits: DecodeLimits;
}

/** Chooses columns by the names of the header, as positions; throws when the header will not do. */
export type ChooseColumns = (names: readonly string[]) => readonly number[];

/**
 * Reads a whole CSV body. Nothing but the header is read of one whose header `choose` refuses.
 *
 * Throws `invalid_body`, and `body_too_large` at the first row, column or text beyond its limit.
 */
export function readCsvTable(body: Uint8Array, choose: ChooseColumns, rules: CsvRules): CsvTable {
  let reader: TableReader | undefined;
  readCsvRows(toText(body), (cells) => {
    if (reader === undefined) reader = new TableReader(cells, choose, rules);
    else reader.addRow(cells);
  });
  if (reader === undefined) throw new MlserveError("invalid_body", "expected a header line, got an empty CSV");
  return reader;
}

class TableReader implements CsvTable {
  readonly columns: readonly { readonly name: string; readonly cells: CsvCell[] }[];
  rows = 0;
  private readonly positions: readonly number[];
  private readonly width: number;
  private readonly shortRows: Coercion["shortRows"];
  private readonly limits: DecodeLimits;

  constructor(header: readonly string[], choose: ChooseColumns, { coercion, limits }: CsvRules) {
    if (header.length > limits.maxColumns) throw beyondLimit(limits, "maxColumns", "the header");
    const names = toColumnNames(header);
    this.width = names.length;
    this.shortRows = coercion.shortRows;
    this.limits = limits;
    this.positions = choose(names);
    this.columns = this.positions.map((position) => ({ name: names[position] ?? "", cells: [] }));
  }

  addRow(cells: readonly string[]): void {
    if (this.rows >= this.limits.maxRows) throw beyondLimit(this.limits, "maxRows");
    if (cells.length !== this.width) this.checkWidth(cells.length);
    for (let c = 0; c < this.positions.length; c++) {
      const cell = cells[this.positions[c] ?? 0];
      if (cell !== undefined) this.checkText(cell);
      this.columns[c]?.cells.push(cell === undefined || isMissing(cell) ? null : cell);
    }
    this.rows++;
  }

  private checkText(cell: string): void {
    const { maxStringBytes } = this.limits;
    // Of a character there are up to three bytes.
    if (3 * cell.length <= maxStringBytes || Buffer.byteLength(cell) <= maxStringBytes) return;
    throw beyondLimit(this.limits, "maxStringBytes", `row ${this.rows}`);
  }

  private checkWidth(width: number): void {
    if (width < this.width && this.shortRows === "pad") return;
    // pandas takes the first cells of rows that are all too long for their labels, and so moves every value by a column.
    const hint =
      width > this.width ? "Name every column in the header; a column of labels may have an empty name" : undefined;
    throw new MlserveError("invalid_body", `expected ${this.width} cells as in the header, got ${width}`, {
      where: `row ${this.rows}`,
      ...(hint === undefined ? {} : { hint }),
    });
  }
}

function toText(body: Uint8Array): string {
  if (!isUtf8(body)) throw new MlserveError("invalid_body", "the body is not valid UTF-8");
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString("utf8");
  return text.startsWith("\ufeff") ? text.slice(1) : text;
}
