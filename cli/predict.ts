import { createReadStream } from "node:fs";
import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import type { PREDICT_OPTIONS } from "../src/config/options.js";
import { fileSystemError } from "../src/format/file-system-error.js";
import type { Reply } from "../src/pipeline/executor.js";
import { loadModel } from "../src/serve/load.js";
import type { CommandContext } from "./command.js";
import { definedOf } from "./defined.js";
import { loadFlavors } from "./flavors.js";
import { type Io, write } from "./io.js";
import { openRunnable } from "./open.js";
import { isTable, scoreTable } from "./score-table.js";

/** `mlserve predict`. */
export async function predictCommand(context: CommandContext<typeof PREDICT_OPTIONS>): Promise<void> {
  const { options, io } = context;
  if (isTable(options)) return await scoreTable(context);
  const known = await loadFlavors(options, io);
  const bytes = await readBody(options.input, io);
  await using model = await openRunnable(context, options, known);
  await using served = await loadModel(model, {
    ...known,
    coercion: options.coercion,
    nonFinite: options.nonfinite,
    float32: options.float32,
    ...definedOf({ threads: options.threads }),
  });
  const reply = await served.executor.execute(
    { bytes, media: "application/json", events: "if_streamed" },
    new AbortController().signal,
  );
  await writeAnswer(await wholeAnswer(reply), options.output, io);
  // Not before: what goes wrong is told in one line.
  for (const warning of model.warnings) await context.output.warning(warning);
}

async function readBody(input: string, io: Io): Promise<Uint8Array> {
  const source: Readable = input === "-" ? io.stdin : createReadStream(resolve(io.cwd, input));
  try {
    return await buffer(source);
  } catch (error) {
    throw fileSystemError(error, "--input");
  }
}

async function wholeAnswer(reply: Reply): Promise<Uint8Array> {
  if (reply.kind === "streamed") return await buffer(reply.chunks);
  return Buffer.concat([reply.bytes, Buffer.from("\n")]);
}

async function writeAnswer(answer: Uint8Array, file: string | undefined, io: Io): Promise<void> {
  if (file === undefined) return await write(io.stdout, answer);
  try {
    await writeFile(resolve(io.cwd, file), answer);
  } catch (error) {
    throw fileSystemError(error, "--output");
  }
}
