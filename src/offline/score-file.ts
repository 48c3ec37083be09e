import { open } from "node:fs/promises";
import { basename } from "node:path";
import type { Readable, Writable } from "node:stream";
import { COERCIONS, type CoercionName } from "../codec/decode/coercion.js";
import { defaultParams } from "../codec/decode/params.js";
import type { NumberStyle } from "../codec/encode/number-style.js";
import { monotonicClock } from "../core/clock.js";
import { MlserveError, quoteName } from "../core/errors.js";
import { type Logger, silentLogger } from "../core/logger.js";
import { chooseFlavor } from "../flavors/choose.js";
import type { Predictor } from "../flavors/flavor.js";
import { loadPredictor } from "../flavors/load-predictor.js";
import type { FlavorRegistry } from "../flavors/registry.js";
import type { Model } from "../format/model.js";
import { realPathIfThere } from "../format/real-path.js";
import { replaceFile } from "../format/replace-file.js";
import { type OnBytes, openFileInput, streamInput } from "./file-input.js";
import { fixedRowsOf, withFreeRows } from "./fixed-rows.js";
import {
  INPUT_FORMATS,
  type InputFormat,
  inputFormatOf,
  isGzipName,
  loadReader,
  loadSink,
  OUTPUT_FORMATS,
  type OutputFormat,
  outputFormatOf,
} from "./formats.js";
import { OutputTable } from "./output-table.js";
import type { Input, ReadPlan } from "./row-source.js";
import { type BadRow, type OnError, Scorer } from "./score-blocks.js";
import { type ByteSink, fileSink, gzipSink, streamSink } from "./sinks/byte-sink.js";

const DEFAULT_BATCH_ROWS = 10_000;

/** What to score, with what, and into what. The style of numbers is that of csv and jsonl. */
export interface ScoreFileOptions extends NumberStyle {
  /** The caller's, who disposes of it. */
  readonly model: Model;
  /** Those that may run it. */
  readonly flavors: FlavorRegistry;
  /** The name of the flavor to use, of those that the model has. Default: the first of the registry among them. */
  readonly useFlavor?: string;
  /** The name of a file, or a stream; the ending of a name tells its format, and `.gz` that it is compressed. */
  readonly input: string | Readable;
  /** Default: by the ending of the name; a stream has none. */
  readonly inputFormat?: InputFormat;
  /** A file is there when it is whole, and not before; one whose name ends in `.gz` is compressed. A stream is not ended. */
  readonly output: string | Writable;
  /** Default: by the ending of the name; `jsonl` for a stream. */
  readonly outputFormat?: OutputFormat;
  /** Default `stop`. */
  readonly onError?: OnError;
  /** Rows that the model is given at once. Default 10,000. */
  readonly batchRows?: number;
  /** Columns of the input to write before the predictions. */
  readonly keepColumns?: readonly string[];
  /** How leniently values are read. Default `safe`. */
  readonly coercion?: CoercionName;
  /** Threads that the runtime may use. */
  readonly threads?: number;
  /** Default: nothing is logged. */
  readonly logger?: Logger;
  /** Ends the work with `request_aborted`; no output file is left. */
  readonly signal?: AbortSignal;
  /** Told of each row that cannot be scored, unless that ends the work. */
  readonly onBadRow?: (bad: BadRow) => void;
  /** Told when the model is loaded, and after each batch. */
  readonly onProgress?: (progress: ScoreProgress) => void;
  /** Told of the name under which the output is written until it is whole. */
  readonly onTemporaryFile?: (path: string) => void;
}

/** How far the work has come. */
export interface ScoreProgress {
  /** Rows of the input that are done. */
  readonly rows: number;
  /** Bytes of the input that are read. */
  readonly bytes: number;
  /** Size of the input; undefined for a stream. */
  readonly totalBytes: number | undefined;
}

/** What was done. */
export interface ScoreResult {
  /** Rows of the input. */
  readonly rows: number;
  /** Rows of the input that could not be scored. */
  readonly badRows: number;
  /** Rows of the output. */
  readonly written: number;
  /** Milliseconds from the first byte read to the last one written, without that of loading the model. */
  readonly scoreMs: number;
}

/**
 * Scores the rows of a file batch by batch, in memory that does not grow with the file: for Parquet a row group, for
 * Arrow a record batch is held at once.
 *
 * Each batch is read as a request with just its rows would be. Throws the rows of the error table; a bad row is named
 * as `row N`, counted from 0, and no output file is left when it ends the work.
 */
export async function scoreFile(options: ScoreFileOptions): Promise<ScoreResult> {
  const { input: source, output, logger = silentLogger, threads, onTemporaryFile } = options;
  const formats = chooseFormats(options);
  await refuseOverwrite(source, output);
  const chosen = chooseFlavor(options.model.descriptor, options.flavors, options);
  let bytes: Pick<ScoreProgress, "bytes" | "totalBytes"> = { bytes: 0, totalBytes: undefined };
  await using input = await openInput(source, (done, total) => {
    bytes = { bytes: done, totalBytes: total };
  });
  const load = { logger, ...(threads === undefined ? {} : { threads }) };
  await using predictor = await loadPredictor(chosen, options.model, load);
  const scoreInto = async (place: ByteSink): Promise<ScoreResult> =>
    await scoreInput({ ...options, ...formats, predictor, input, place, bytes: () => bytes });
  if (typeof output !== "string") return await scoreInto(streamSink(output));
  return await replaceFile(
    output,
    async (path) => {
      await using file = await open(path, "wx");
      return await scoreInto(isGzipName(output) ? gzipSink(fileSink(file)) : fileSink(file));
    },
    onTemporaryFile,
  );
}

interface Formats {
  readonly inputFormat: InputFormat;
  readonly outputFormat: OutputFormat;
}

function chooseFormats({ input, output, inputFormat, outputFormat }: ScoreFileOptions): Formats {
  const read = inputFormat ?? (typeof input === "string" ? inputFormatOf(input) : undefined);
  const written = outputFormat ?? (typeof output === "string" ? outputFormatOf(output) : "jsonl");
  if (read === undefined) throw unknownFormat("input", input, INPUT_FORMATS);
  if (written === undefined) throw unknownFormat("output", output, OUTPUT_FORMATS);
  const isListed = written === "parquet" || written === "arrow";
  if (isListed && typeof output === "string" && isGzipName(output))
    throw new MlserveError("usage", "what is listed at its end cannot be found in a gzip file", {
      where: "the output",
      hint: `Leave .gz out of its name${written === "arrow" ? ", or write an Arrow stream: .arrows.gz" : ""}`,
    });
  return { inputFormat: read, outputFormat: written };
}

/** Rows that are not in the output would be lost. */
async function refuseOverwrite(input: string | Readable, output: string | Writable): Promise<void> {
  if (typeof input !== "string" || typeof output !== "string") return;
  const place = await realPathIfThere(output);
  if (place === undefined || place !== (await realPathIfThere(input))) return;
  throw new MlserveError("usage", "is the input itself", { where: "the output", hint: "Name another file" });
}

function unknownFormat(side: "input" | "output", file: unknown, formats: readonly string[]): MlserveError {
  const where = typeof file === "string" ? `${side} ${quoteName(basename(file))}` : `the ${side}`;
  const hint = `Name it ${formats.map((format) => `.${format}`).join(", ")}, or say what it is with --${side}-format`;
  return new MlserveError("usage", "the ending of its name does not tell its format", { where, hint });
}

async function openInput(source: string | Readable, onBytes: OnBytes): Promise<Input> {
  if (typeof source !== "string") return streamInput(source, { gzip: false, onBytes });
  return await openFileInput(source, { gzip: isGzipName(source), onBytes });
}

interface ScoreInputOptions extends Omit<ScoreFileOptions, "input" | "inputFormat" | "outputFormat">, Formats {
  readonly input: Input;
  readonly predictor: Predictor;
  readonly place: ByteSink;
  readonly bytes: () => Pick<ScoreProgress, "bytes" | "totalBytes">;
}

/** The life of a file: read a block, score its rows, write them. */
async function scoreInput(options: ScoreInputOptions): Promise<ScoreResult> {
  const { keepColumns: keep = [], onBadRow = () => {}, onProgress = () => {} } = options;
  const start = monotonicClock();
  let [rows, badRows, written] = [0, 0, 0];
  onProgress({ rows, ...options.bytes() });
  const scorer = createScorer(options, (bad) => {
    badRows++;
    onBadRow(bad);
  });
  const readBlocks = await loadReader(options.inputFormat);
  const sink = await loadSink(options.outputFormat, options.place, options);
  const table = new OutputTable(sink, { keep, outputs: options.model.descriptor.signature.outputs });
  for await (const block of readBlocks(options.input, toReadPlan(options))) {
    for await (const segment of scorer.score(block)) {
      await table.add(segment);
      written += segment.rows;
      onProgress({ rows: rows + segment.rows, ...options.bytes() });
    }
    rows += block.rows;
  }
  scorer.finish();
  await table.finish();
  return { rows, badRows, written, scoreMs: monotonicClock() - start };
}

function createScorer(options: ScoreInputOptions, onBadRow: (bad: BadRow) => void): Scorer {
  const { predictor, batchRows = DEFAULT_BATCH_ROWS, onError = "stop" } = options;
  const { signature } = options.model.descriptor;
  return new Scorer({
    predictor,
    params: defaultParams(signature.params),
    batchRows,
    fixedRows: predictor.fixedRows ?? fixedRowsOf(signature),
    onError,
    onBadRow,
    signal: options.signal ?? new AbortController().signal,
  });
}

/** A block holds whole runs of a model that takes a fixed number of rows. */
function toReadPlan({ model, predictor, batchRows = DEFAULT_BATCH_ROWS, ...options }: ScoreInputOptions): ReadPlan {
  const { signature } = model.descriptor;
  const run = predictor.fixedRows ?? fixedRowsOf(signature) ?? 1;
  return {
    signature: withFreeRows(signature),
    coercion: COERCIONS[options.coercion ?? "safe"],
    unsigned: predictor.unsigned,
    keep: options.keepColumns ?? [],
    blockRows: Math.ceil(batchRows / run) * run,
  };
}
