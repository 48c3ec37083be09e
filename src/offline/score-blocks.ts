import type { Params } from "../core/batch.js";
import { type ErrorKind, MlserveError } from "../core/errors.js";
import { isOutputStream, type OutputStream, type Predictor } from "../flavors/flavor.js";
import { fillUp } from "./fixed-rows.js";
import { toPredictionColumns } from "./prediction-columns.js";
import type { OutputColumn, RowBlock } from "./row-source.js";

/** Rows of the output that follow each other; `predictions` is undefined for a row that could not be scored. */
export interface Segment {
  readonly rows: number;
  readonly kept: readonly OutputColumn[];
  readonly predictions: readonly OutputColumn[] | undefined;
}

/** A row that could not be scored. The error's `where` names it. */
export interface BadRow {
  /** Counted from 0. */
  readonly row: number;
  /** The line that it begins on, from 1; undefined for formats without lines. */
  readonly line: number | undefined;
  /** Why it could not. */
  readonly error: MlserveError;
}

export const ON_ERROR = ["stop", "skip", "null"] as const;
/**
 * What becomes of a bad row: it ends the work, is left out, or has missing values for its predictions.
 *
 * @useDeclaredType
 */
export type OnError = (typeof ON_ERROR)[number];

export interface ScorerOptions {
  readonly predictor: Predictor;
  readonly params: Params;
  /** Rows of one run; the least that are tried first. */
  readonly batchRows: number;
  /** Rows that every run must have. */
  readonly fixedRows: number | undefined;
  readonly onError: OnError;
  readonly onBadRow: (bad: BadRow) => void;
  readonly signal: AbortSignal;
}

/** Failures that may be those of a single row. */
const OF_ROWS: ReadonlySet<ErrorKind> = new Set<ErrorKind>([
  "invalid_json",
  "invalid_body",
  "cast_failed",
  "schema_mismatch",
  "model_rejected_input",
  "model_failed",
]);

/** After so many rows without a good one there is no hope for the others. */
const HOPELESS_ROWS = 1000;

/** Runs a model over blocks of rows. */
export class Scorer {
  private readonly options: ScorerOptions;
  private batchRows: number;
  private scored = false;
  private bad: { readonly first: BadRow; readonly rows: number } | undefined;

  constructor(options: ScorerOptions) {
    this.options = options;
    this.batchRows = options.fixedRows ?? options.batchRows;
  }

  /**
   * The output for each row of a block, in order. Each row that can be scored is scored once: a batch that fails is
   * halved until the bad rows stand alone.
   *
   * Throws the error of a bad row where such are not let pass, and of the first where none of many rows is a good one.
   */
  async *score(block: RowBlock): AsyncGenerator<Segment> {
    for (let start = 0; start < block.rows; ) {
      const end = Math.min(start + this.batchRows, block.rows);
      yield* this.scoreBatch(block, start, end);
      start = end;
    }
  }

  private async *scoreBatch(block: RowBlock, start: number, end: number): AsyncGenerator<Segment> {
    const batch = new BatchRun(this.options, block);
    for await (const segment of batch.score(start, end)) {
      if (segment.predictions !== undefined) this.scored = true;
      yield segment;
    }
    const { bad, modelRefused, largest } = batch;
    if (!this.scored && bad !== undefined)
      this.bad = { first: this.bad?.first ?? bad, rows: (this.bad?.rows ?? 0) + end - start };
    if ((this.bad?.rows ?? 0) >= HOPELESS_ROWS) this.finish();
    // A model that takes few rows at a time will not take more of them later.
    if (bad === undefined && modelRefused && this.options.fixedRows === undefined)
      this.batchRows = Math.max(1, Math.min(this.batchRows, largest));
  }

  /** Throws where all rows so far were bad ones: then it is not the rows that are wrong. */
  finish(): void {
    if (!this.scored && this.bad !== undefined) throw noneScored(this.bad.first, this.bad.rows);
  }
}

/** One batch, and what comes of it when it has to be halved. */
class BatchRun {
  /** The first bad row. */
  bad: BadRow | undefined;
  /** Did the model refuse several rows at once? */
  modelRefused = false;
  /** The most rows that were scored at once. */
  largest = 0;
  private readonly options: ScorerOptions;
  private readonly block: RowBlock;

  constructor(options: ScorerOptions, block: RowBlock) {
    this.options = options;
    this.block = block;
  }

  async *score(start: number, end: number): AsyncGenerator<Segment> {
    const rows = end - start;
    const outcome = await this.run(start, end);
    if (!(outcome instanceof MlserveError)) {
      this.largest = Math.max(this.largest, rows);
      yield { rows, kept: this.block.keep(start, end), predictions: outcome };
    } else if (rows > 1) {
      const middle = start + (rows >> 1);
      yield* this.score(start, middle);
      yield* this.score(middle, end);
    } else yield* this.giveUp(start, outcome);
  }

  private async *giveUp(row: number, error: MlserveError): AsyncGenerator<Segment> {
    const { onError, onBadRow } = this.options;
    const bad = toBadRow(error, this.block, row);
    if (onError === "stop") throw bad.error;
    this.bad ??= bad;
    onBadRow(bad);
    if (onError === "null") yield { rows: 1, kept: keepIfPossible(this.block, row), predictions: undefined };
  }

  private async run(start: number, end: number): Promise<OutputColumn[] | MlserveError> {
    const { predictor, params, fixedRows, signal } = this.options;
    const rows = end - start;
    let isDecoded = false;
    try {
      const decoded = this.block.decode(start, end);
      isDecoded = true;
      const ran = Math.max(rows, fixedRows ?? 0);
      const outputs = await predictor.predict(fillUp(decoded, rows, ran), { params, signal });
      if (isOutputStream(outputs)) throw await streamsInstead(outputs);
      return toPredictionColumns(outputs, ran, rows);
    } catch (error) {
      if (!(error instanceof MlserveError) || !OF_ROWS.has(error.kind) || signal.aborted) throw error;
      this.modelRefused ||= isDecoded;
      return error;
    }
  }
}

async function streamsInstead(outputs: OutputStream): Promise<MlserveError> {
  await outputs[Symbol.asyncIterator]().return?.();
  return new MlserveError("unsupported_model", "the model streams its outputs, which are no column of a table");
}

/** A row that cannot be read has nothing to keep. */
function keepIfPossible(block: RowBlock, row: number): OutputColumn[] {
  try {
    return block.keep(row, row + 1);
  } catch (error) {
    if (error instanceof MlserveError) return [];
    throw error;
  }
}

/** The error of a row that was read alone, and so is row 0 to whoever refused it. */
function toBadRow(error: MlserveError, block: RowBlock, position: number): BadRow {
  const row = block.firstRow + position;
  const line = block.lineOf(position);
  const place = line === undefined ? `row ${row}` : `row ${row} (line ${line})`;
  const options = {
    where: placeOf(error.where, place),
    cause: error,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
  };
  return { row, line, error: new MlserveError(error.kind, error.reason, options) };
}

function placeOf(where: string | undefined, place: string): string {
  if (where === undefined || /^(dataframe_records|instances)(\[0\])?$/.test(where)) return place;
  // `column "age", row 0`, `row 0[2]`
  if (/(^|, )row 0(?=$|[[,])/.test(where)) return where.replace(/(^|, )row 0(?=$|[[,])/, `$1${place}`);
  return `${where.replace(/^instances\[[0*]\]/, "value")}, ${place}`;
}

function noneScored({ error }: BadRow, rows: number): MlserveError {
  const said = rows === 1 ? "The only row cannot be scored" : `None of the first ${rows} rows can be scored`;
  return new MlserveError(error.kind, error.reason, {
    ...(error.where === undefined ? {} : { where: error.where }),
    hint: error.hint === undefined ? said : `${error.hint}. ${said}`,
    cause: error,
  });
}
