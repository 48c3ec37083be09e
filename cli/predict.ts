import { createReadStream } from "node:fs";
import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import type { OptionValues } from "../src/config/option.js";
import type { PREDICT_OPTIONS } from "../src/config/options.js";
import { OWN_DATA_LIMITS } from "../src/core/decode-limits.js";
import { MlserveError } from "../src/core/errors.js";
import { fileSystemError } from "../src/format/file-system-error.js";
import { replaceFile } from "../src/format/replace-file.js";
import { timeoutError } from "../src/pipeline/deadline.js";
import type { Reply } from "../src/pipeline/executor.js";
import { loadModel } from "../src/serve/load.js";
import type { ServedModel } from "../src/serve/served-model.js";
import type { CommandContext } from "./command.js";
import { definedOf } from "./defined.js";
import { loadFlavors } from "./flavors.js";
import { type Io, removeAtEnd, write } from "./io.js";
import { watchLoading } from "./loading.js";
import { checkReadable, fileOfFlag, refuseOverwriting, STANDARD_STREAM } from "./named-files.js";
import { openRunnable } from "./open.js";
import { isTable, scoreTable } from "./score-table.js";

type Context = CommandContext<typeof PREDICT_OPTIONS>;
type Options = OptionValues<typeof PREDICT_OPTIONS>;

/** `mlserve predict`. */
export async function predictCommand(context: Context): Promise<void> {
  const { options, io } = context;
  await checkFiles(context);
  if (isTable(options)) return await scoreTable(context);
  refuseRowOptions(options);
  const known = await loadFlavors(options, io);
  const bytes = await readBody(context);
  const loading = watchLoading(context, options.loadTimeout);
  await using model = await openRunnable(context, options, { ...known, onProgress: loading.onProgress });
  await using served = await loadModel(model, {
    ...known,
    onProgress: loading.onProgress,
    coercion: options.coercion,
    limits: OWN_DATA_LIMITS,
    nonFinite: options.nonfinite,
    float32: options.float32,
    ...definedOf({ threads: options.threads }),
  });
  loading.done();
  const answer = await withinTimeout(context, () => askModel(served, bytes));
  context.output.progress.end();
  await writeAnswer(answer, options.output, io);
  // Not before: what goes wrong is told in one line.
  for (const warning of model.warnings) await context.output.warning(warning);
}

/** Whoever holds this process ends it when the answer takes longer than it may. */
async function withinTimeout<T>({ io, options: { timeout } }: Context, work: () => Promise<T>): Promise<T> {
  const { kind, reason } = timeoutError(timeout);
  if (timeout > 0) io.holder.expect(timeout, new MlserveError(kind, reason, { hint: "Give it longer with --timeout" }));
  const result = await work();
  io.holder.relax();
  return result;
}

async function askModel({ executor }: ServedModel, bytes: Uint8Array): Promise<Uint8Array> {
  const request = { bytes, media: "application/json", events: "if_streamed" } as const;
  return await wholeAnswer(await executor.execute(request, new AbortController().signal));
}

/** Before anything is loaded, which may take long. */
async function checkFiles({ argument, options: { input, output }, io }: Context): Promise<void> {
  if (input !== STANDARD_STREAM) await checkReadable("--input", input, io);
  if (output === undefined || output === STANDARD_STREAM) return;
  const inputs = [
    { what: "the model", file: argument },
    { what: "the input", file: input },
  ];
  await refuseOverwriting(output, inputs, io);
}

/** Options that would have no effect: most likely the input was meant to be a table. */
function refuseRowOptions({ keepColumns, outputFormat, onError }: Options): void {
  const given = [
    { flag: "--keep-columns", isGiven: keepColumns !== undefined },
    { flag: "--output-format", isGiven: outputFormat !== undefined },
    { flag: "--on-error", isGiven: onError !== "stop" },
  ].find(({ isGiven }) => isGiven);
  if (given === undefined) return;
  throw new MlserveError("usage", "is for files of rows, but the input is one request in JSON", {
    where: given.flag,
    hint: "Say what the input is with --input-format csv, jsonl, parquet or arrow",
  });
}

async function readBody({ options: { input }, io, output }: Context): Promise<Uint8Array> {
  const isStandard = input === STANDARD_STREAM;
  const where = isStandard ? "standard input" : fileOfFlag("--input", input);
  if (isStandard && io.stdin.isTTY === true) await output.hint("reading a request from the terminal; Ctrl-D ends it");
  const bytes = await bytesOf(isStandard ? io.stdin : createReadStream(resolve(io.cwd, input)), where);
  if (bytes.length > 0) return bytes;
  throw new MlserveError("invalid_body", "is empty: expected a request body in JSON", {
    where,
    ...(isStandard ? { hint: "Name a file with --input" } : {}),
  });
}

async function bytesOf(source: Readable, where: string): Promise<Uint8Array> {
  try {
    return await buffer(source);
  } catch (error) {
    throw fileSystemError(error, where);
  }
}

async function wholeAnswer(reply: Reply): Promise<Uint8Array> {
  if (reply.kind === "streamed") return await buffer(reply.chunks);
  return Buffer.concat([reply.bytes, Buffer.from("\n")]);
}

async function writeAnswer(answer: Uint8Array, file: string | undefined, io: Io): Promise<void> {
  if (file === undefined || file === STANDARD_STREAM) return await write(io.stdout, answer);
  const onTemporaryFile = (path: string): void => removeAtEnd(path, io);
  await replaceFile(resolve(io.cwd, file), (path) => writeFile(path, answer, { flag: "wx" }), onTemporaryFile);
}
