import { isUtf8 } from "node:buffer";
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

/** Chooses columns by the names of the header, as positions; throws when the header will not do. */
export type ChooseColumns = (names: readonly string[]) => readonly number[];

/** Reads a whole CSV body. Nothing but the header is read of one whose header `choose` refuses. Throws `invalid_body`. */
export function readCsvTable(body: Uint8Array, choose: ChooseColumns, shortRows: Coercion["shortRows"]): CsvTable {
  let reader: TableReader | undefined;
  readCsvRows(toText(body), (cells) => {
    if (reader === undefined) reader = new TableReader(cells, choose, shortRows);
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

  constructor(header: readonly string[], choose: ChooseColumns, shortRows: Coercion["shortRows"]) {
    const names = toColumnNames(header);
    this.width = names.length;
    this.shortRows = shortRows;
    this.positions = choose(names);
    this.columns = this.positions.map((position) => ({ name: names[position] ?? "", cells: [] }));
  }

  addRow(cells: readonly string[]): void {
    if (cells.length !== this.width) this.checkWidth(cells.length);
    for (let c = 0; c < this.positions.length; c++) {
      const cell = cells[this.positions[c] ?? 0];
      this.columns[c]?.cells.push(cell === undefined || isMissing(cell) ? null : cell);
    }
    this.rows++;
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
