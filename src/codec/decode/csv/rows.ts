import Papa from "papaparse";
import { MlserveError } from "../../../core/errors.js";
import { unifyLineEnds } from "./line-ends.js";

/** Called with the cells of each row, the header first. */
export type OnRow = (cells: readonly string[]) => void;

/**
 * Reads the rows of a CSV text as pandas' `read_csv` does: commas, cells in double quotes, `""` for a quote in them,
 * any line end, blank lines skipped.
 *
 * Papa Parse knows one kind of line end in a text, and calls a blank line a row, so that much is done here. Throws
 * `invalid_body` for a quoted cell that is not closed, or that goes on after its closing quote.
 */
export function readCsvRows(text: string, onRow: OnRow): void {
  const unified = unifyLineEnds(text);
  let start = 0;
  let rows = 0;
  const parser = new Papa.Parser({
    delimiter: ",",
    newline: "\n",
    step({ data, errors, meta }: Papa.ParseStepResult<string[][]>) {
      const [row = []] = data;
      if (errors[0] !== undefined) throw quoteFault(errors[0].code, rows);
      const quoted = unified[start] === '"';
      start = meta.cursor;
      if (!quoted && row.length === 1 && isBlank(row[0] ?? "")) return;
      rows++;
      onRow(row);
    },
  });
  parser.parse(unified, 0, false);
}

function isBlank(line: string): boolean {
  return line === "" || /^[ \t]+$/.test(line);
}

function quoteFault(code: string, rows: number): MlserveError {
  const where = rows === 0 ? "the header" : `row ${rows - 1}`;
  const reason =
    code === "MissingQuotes"
      ? "a quoted cell is not closed"
      : "a quoted cell goes on after its closing quote; a quote within it is written twice";
  return new MlserveError("invalid_body", reason, { where });
}
