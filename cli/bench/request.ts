import { readFile } from "node:fs/promises";
import { extname } from "node:path";
import type { OptionValues } from "../../src/config/option.js";
import type { BENCH_OPTIONS } from "../../src/config/options.js";
import { MlserveError, quoteName } from "../../src/core/errors.js";
import { fileSystemError } from "../../src/format/file-system-error.js";
import type { CommandContext } from "../command.js";
import { loadFlavors } from "../flavors.js";
import { openRunnable, toPath } from "../open.js";
import { packApart } from "../pack-apart.js";

/** What is sent, again and again. */
export interface BenchRequest {
  readonly body: Buffer;
  readonly mediaType: string;
  /** For people. */
  readonly from: string;
}

/** Media types by the ending of a file's name; JSON is what bodies are as a rule. */
const MEDIA_TYPES: Readonly<Record<string, string>> = {
  ".csv": "text/csv",
  ".parquet": "application/vnd.apache.parquet",
  ".arrow": "application/vnd.apache.arrow.stream",
  ".arrows": "application/vnd.apache.arrow.stream",
};
const JSON_TYPE = "application/json";

type Context = Pick<CommandContext, "argument" | "io" | "output" | "temporaryFolder"> & {
  readonly options: OptionValues<typeof BENCH_OPTIONS>;
};

/** The file that `--request` names, or the input example of the model. Throws `usage` where there is neither. */
export async function readRequest(context: Context, isUrl: boolean): Promise<BenchRequest> {
  const { request } = context.options;
  if (request !== undefined) return readRequestFile(request, toPath(request, context.io));
  if (isUrl) throw new MlserveError("usage", "a server does not say what to send it", { hint: ASK });
  return readExample(context);
}

const ASK = "Give the body of a request with --request FILE";

async function readRequestFile(name: string, path: string): Promise<BenchRequest> {
  try {
    return { body: await readFile(path), mediaType: MEDIA_TYPES[extname(name).toLowerCase()] ?? JSON_TYPE, from: name };
  } catch (error) {
    throw fileSystemError(error, "--request");
  }
}

async function readExample(context: Context): Promise<BenchRequest> {
  const { options, io, argument } = context;
  await using model = await openRunnable(context, options, await loadFlavors(options, io), {
    packSource: packApart(options, io),
  });
  const path = model.descriptor.inputExample?.servingInputPath;
  if (path === undefined || !model.files.has(path))
    throw new MlserveError("usage", "the model has no input example to send", {
      where: quoteName(argument),
      hint: ASK,
    });
  return { body: Buffer.from(await model.files.read(path)), mediaType: JSON_TYPE, from: "the model's input example" };
}
