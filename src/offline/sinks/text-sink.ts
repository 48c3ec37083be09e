import { compileElementTexts } from "../../codec/encode/elements.js";
import { nestedText } from "../../codec/encode/nested-text.js";
import type { NumberStyle } from "../../codec/encode/number-style.js";
import { elementCount } from "../../core/tensor.js";
import type { OutputRows, Sink } from "../output-table.js";
import type { OutputColumn } from "../row-source.js";
import type { ByteSink } from "./byte-sink.js";

/** The JSON text of a column's value in a row. */
type CellText = (row: number) => string;

/** Writes the lines of a text format, whose cells are the JSON texts of answers. */
interface LineFormat {
  header(names: readonly string[]): string;
  line(names: readonly string[], cells: readonly CellText[], row: number): string;
}

export function createJsonlSink(bytes: ByteSink, numbers: NumberStyle): Sink {
  return createTextSink(bytes, numbers, {
    header: () => "",
    line: (names, cells, row) => `{${cells.map((cell, i) => `${JSON.stringify(names[i])}:${cell(row)}`).join(",")}}\n`,
  });
}

/** CSV as pandas writes it: commas, quotes where they must be, empty cells for missing values, "\n" as line end. */
export function createCsvSink(bytes: ByteSink, numbers: NumberStyle): Sink {
  const toLine = (cells: readonly string[]): string => {
    // A line of nothing is none to most readers.
    const line = cells.length === 1 && cells[0] === "" ? '""' : cells.join(",");
    return `${line}\n`;
  };
  return createTextSink(bytes, numbers, {
    header: (names) => (names.length === 0 ? "" : toLine(names.map(quoteCell))),
    line: (_, cells, row) => toLine(cells.map((cell) => toCsvCell(cell(row)))),
  });
}

function toCsvCell(json: string): string {
  if (json === "null") return "";
  if (!json.startsWith('"')) return quoteCell(json);
  const text: unknown = JSON.parse(json);
  // What is quoted is a text of nothing, not a missing value.
  return text === "" ? '""' : quoteCell(String(text));
}

function quoteCell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function createTextSink(bytes: ByteSink, numbers: NumberStyle, format: LineFormat): Sink {
  const elementText = compileElementTexts(numbers);
  let names: readonly string[] = [];

  function cellText(column: OutputColumn | undefined): CellText {
    if (column === undefined) return () => "null";
    const { dtype, data } = column.column;
    const text = elementText(dtype, "cell");
    const { inner } = column;
    if (inner.length === 0) return (row) => text(data, row);
    const size = elementCount(inner);
    return (row) => nestedText(inner, (index) => text(data, index), row * size);
  }

  return {
    async start(columns) {
      names = columns.map(({ name }) => name);
      await bytes.write(Buffer.from(format.header(names)));
    },
    async write({ rows, columns }: OutputRows) {
      const cells = columns.map(cellText);
      let text = "";
      for (let row = 0; row < rows; row++) text += format.line(names, cells, row);
      await bytes.write(Buffer.from(text));
    },
    finish: async () => {},
  };
}
