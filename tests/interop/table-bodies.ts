import { parquetWriteBuffer } from "hyparquet-writer";
import type { TypedBody } from "./ask.js";

type Rows = readonly (readonly (string | number)[])[];

export function csvBody(name: string, columns: readonly string[], rows: Rows): TypedBody {
  const text = [columns, ...rows].map((cells) => `${cells.join(",")}\n`).join("");
  return { name: `CSV ${name}`, mediaType: "text/csv", content: new Uint8Array(Buffer.from(text)) };
}

/** All columns have one type. */
export function parquetBody(
  name: string,
  columns: readonly string[],
  rows: readonly (readonly number[])[],
  type: "FLOAT" | "DOUBLE" | "STRING",
): TypedBody {
  const toCell = type === "STRING" ? String : Number;
  const columnData = columns.map((column, i) => ({ name: column, type, data: rows.map((row) => toCell(row[i])) }));
  const content = new Uint8Array(parquetWriteBuffer({ columnData }));
  return { name: `Parquet ${name}`, mediaType: "application/vnd.apache.parquet", content };
}
