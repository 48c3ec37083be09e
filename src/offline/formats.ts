import type { NumberStyle } from "../codec/encode/number-style.js";
import { importArrow } from "../codec/import-arrow.js";
import type { Sink } from "./output-table.js";
import type { ReadBlocks } from "./row-source.js";
import type { ByteSink } from "./sinks/byte-sink.js";
import { createCsvSink, createJsonlSink } from "./sinks/text-sink.js";
import { readCsvBlocks } from "./sources/csv-source.js";
import { readJsonlBlocks } from "./sources/jsonl-source.js";

/** The formats that tables are read in. Arrow is a file or a stream, which its first bytes tell. */
export const INPUT_FORMATS = ["csv", "jsonl", "parquet", "arrow"] as const;
/**
 * What a table is read from; `.gz` may be around it, and Arrow is a file or a stream, which its first bytes tell.
 *
 * @useDeclaredType
 */
export type InputFormat = (typeof INPUT_FORMATS)[number];

/** The formats that predictions are written in. */
export const OUTPUT_FORMATS = ["csv", "jsonl", "parquet", "arrow", "arrows"] as const;
/**
 * What predictions are written in: `arrow` is an Arrow file, `arrows` a stream.
 *
 * @useDeclaredType
 */
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

const ENDINGS: Readonly<Record<string, OutputFormat>> = {
  csv: "csv",
  jsonl: "jsonl",
  ndjson: "jsonl",
  parquet: "parquet",
  pq: "parquet",
  arrow: "arrow",
  feather: "arrow",
  ipc: "arrow",
  arrows: "arrows",
};

/** The format of a file by the ending of its name, of which `.gz` is no part; undefined for any other. */
export function outputFormatOf(name: string): OutputFormat | undefined {
  const [, ending = ""] = /\.([a-z]+)$/.exec(withoutGzip(name).toLowerCase()) ?? [];
  return Object.hasOwn(ENDINGS, ending) ? ENDINGS[ending] : undefined;
}

/** {@link outputFormatOf} for what is read. */
export function inputFormatOf(name: string): InputFormat | undefined {
  const format = outputFormatOf(name);
  return format === "arrows" ? "arrow" : format;
}

export function isGzipName(name: string): boolean {
  return withoutGzip(name) !== name;
}

function withoutGzip(name: string): string {
  return name.replace(/\.gz$/i, "");
}

/** The reader of a format; what reads Parquet and Arrow is loaded when it is asked for. */
export async function loadReader(format: InputFormat): Promise<ReadBlocks> {
  switch (format) {
    case "csv":
      return readCsvBlocks;
    case "jsonl":
      return readJsonlBlocks;
    case "parquet":
      return (await import("./sources/parquet-source.js")).readParquetBlocks;
    case "arrow":
      return (await importArrow(() => import("./sources/arrow-source.js"), "flavor_unavailable")).readArrowBlocks;
  }
}

/** The writer of a format; what writes Parquet and Arrow is loaded when it is asked for. */
export async function loadSink(format: OutputFormat, bytes: ByteSink, numbers: NumberStyle): Promise<Sink> {
  switch (format) {
    case "csv":
      return createCsvSink(bytes, numbers);
    case "jsonl":
      return createJsonlSink(bytes, numbers);
    case "parquet":
      return (await import("./sinks/parquet-sink.js")).createParquetSink(bytes);
    case "arrow":
    case "arrows": {
      const { createArrowSink } = await importArrow(() => import("./sinks/arrow-sink.js"), "flavor_unavailable");
      return createArrowSink(bytes, format === "arrow" ? "file" : "stream");
    }
  }
}
