import type { OptionValues } from "../src/config/option.js";
import type { PREDICT_OPTIONS } from "../src/config/options.js";
import { inputFormatOf } from "../src/offline/formats.js";
import type { BadRow } from "../src/offline/score-blocks.js";
import { type ScoreResult, scoreFile } from "../src/offline/score-file.js";
import type { CommandContext } from "./command.js";
import { definedOf } from "./defined.js";
import { loadFlavors } from "./flavors.js";
import { removeAtEnd, write } from "./io.js";
import { watchLoading } from "./loading.js";
import { STANDARD_STREAM } from "./named-files.js";
import { openRunnable, toPath } from "./open.js";
import { toJson } from "./text.js";

type Options = OptionValues<typeof PREDICT_OPTIONS>;
type Context = CommandContext<typeof PREDICT_OPTIONS>;

/** Bad rows that are told one by one. */
const TOLD_ROWS = 10;

/** Is the input a table, whose rows are scored batch by batch, rather than one request? */
export function isTable({ input, inputFormat }: Pick<Options, "input" | "inputFormat">): boolean {
  return (inputFormat ?? inputFormatOf(input) ?? "json") !== "json";
}

/** `mlserve predict` of a file of rows. */
export async function scoreTable(context: Context): Promise<void> {
  const { io, options, output } = context;
  const bad: BadRow[] = [];
  const known = await loadFlavors(options, io);
  const loading = watchLoading(context, options.loadTimeout);
  await using model = await openRunnable(context, options, { ...known, onProgress: loading.onProgress });
  loading.onProgress({ work: "load" });
  const result = await scoreFile({
    model,
    ...known,
    input: options.input === STANDARD_STREAM ? io.stdin : toPath(options.input, io),
    output: options.output === undefined || options.output === STANDARD_STREAM ? io.stdout : toPath(options.output, io),
    onError: options.onError,
    batchRows: options.batchRows,
    keepColumns: (options.keepColumns ?? []).flatMap((names) => names.split(",")),
    coercion: options.coercion,
    nonFinite: options.nonfinite,
    float32: options.float32,
    onBadRow: (row) => {
      if (bad.length < TOLD_ROWS) bad.push(row);
    },
    onProgress: ({ rows, bytes: done, totalBytes: total }) => {
      loading.done();
      output.progress.show({ work: "score", done, ...definedOf({ total }) }, `${formatCount(rows)} rows`);
    },
    onTemporaryFile: (file) => removeAtEnd(file, io),
    ...definedOf({
      inputFormat: options.inputFormat === "json" ? undefined : options.inputFormat,
      outputFormat: options.outputFormat,
      threads: options.threads,
    }),
  });
  for (const warning of model.warnings) await context.output.warning(warning);
  await tell(context, result, bad);
}

async function tell(context: Context, { scoreMs, ...result }: ScoreResult, bad: readonly BadRow[]): Promise<void> {
  const { output, io, options } = context;
  output.progress.end();
  const isPrinted = options.output === undefined || options.output === STANDARD_STREAM;
  const rowsPerSecond = Math.round(result.rows / Math.max(scoreMs / 1000, 0.001));
  const fields = {
    rows: result.rows,
    bad_rows: result.badRows,
    written: result.written,
    seconds: Number((scoreMs / 1000).toFixed(3)),
    rows_per_second: rowsPerSecond,
    ...(isPrinted ? {} : { output: options.output }),
    first_bad_rows: bad.map(({ row, line, error }) => ({ row, line, message: error.message })),
  };
  for (const { error } of bad) await output.warning(error.message);
  if (result.badRows > bad.length)
    await output.warning(`and ${formatCount(result.badRows - bad.length)} more rows that could not be scored`);
  const line = toLine(result, rowsPerSecond, isPrinted ? undefined : options.output);
  // What goes to standard output is the rows themselves.
  if (isPrinted) await write(io.stderr, `${output.format === "json" ? toJson(fields) : line}\n`);
  else await output.result(fields, [line]);
}

function toLine({ rows, badRows, written }: Counts, rowsPerSecond: number, file: string | undefined): string {
  const bad = badRows === 0 ? "" : `, ${formatCount(badRows)} of them bad`;
  const place = file === undefined ? "" : ` into ${file}`;
  return `scored ${formatCount(rows)} rows${bad}${place}: ${formatCount(written)} written, ${formatCount(rowsPerSecond)} rows/s`;
}

type Counts = Omit<ScoreResult, "scoreMs">;

function formatCount(count: number): string {
  return count.toLocaleString("en-US");
}
