import { relative } from "node:path";
import type { OptionValues } from "../src/config/option.js";
import type { PACK_OPTIONS } from "../src/config/options.js";
import { MlserveError } from "../src/core/errors.js";
import { type PackResult, pack } from "../src/pack/pack.js";
import type { CommandContext } from "./command.js";
import { definedOf } from "./defined.js";
import { loadPackFlavors } from "./flavors.js";
import { type Io, removeAtEnd } from "./io.js";
import { watchLoading } from "./loading.js";
import { checkReadable, fileOfFlag } from "./named-files.js";
import { toPath } from "./open.js";
import type { Output } from "./output.js";
import { toSignatureFields } from "./signature-fields.js";
import { summarizeSchema } from "./signature-text.js";
import { readSourceDate } from "./source-date.js";
import { formatBytes, formatTable, quoteArgument } from "./text.js";

type Options = OptionValues<typeof PACK_OPTIONS>;

/** `mlserve pack`. */
export async function packCommand(context: CommandContext<typeof PACK_OPTIONS>): Promise<void> {
  const { argument, options, io, output, temporaryFolder } = context;
  await checkFiles(options, io);
  const known = await loadPackFlavors(options, io);
  const result = await pack({
    source: toPath(argument, io),
    temporaryFolder: temporaryFolder(),
    selfTest: options.selfTest,
    onProgress: watchLoading(context, options.loadTimeout).onProgress,
    onTemporaryFile: (file) => removeAtEnd(file, io),
    ...known,
    ...definedOf({
      output: toOptionalPath(options.output, io),
      inputExample: toOptionalPath(options.inputExample, io),
      signature: toOptionalPath(options.signature, io),
      name: options.name,
      metadata: toMetadata(options.metadata),
      modifiedAt: readSourceDate(io),
    }),
  });
  await tell(result, io, output);
}

/** Before the model is read, which may take long. */
async function checkFiles({ output = "", inputExample, signature }: Options, io: Io): Promise<void> {
  if (inputExample !== undefined) await checkReadable("--input-example", inputExample, io);
  if (signature !== undefined) await checkReadable("--signature", signature, io);
  if (OTHER_ARCHIVES.test(output))
    throw new MlserveError("usage", "a package is a .tar or a .tar.gz", { where: fileOfFlag("--output", output) });
}

const OTHER_ARCHIVES = /\.(zip|7z|rar|tar\.(bz2|xz|zst))$/i;

async function tell(result: PackResult, io: Io, output: Output): Promise<void> {
  for (const warning of result.warnings) await output.warning(warning);
  const file = relative(io.cwd, result.output);
  const { selfTest, ...told } = result;
  const fields = { ...told, output: file, signature: toSignatureFields(result.signature), self_test: selfTest };
  await output.result(fields, toLines(result, file, output), [file]);
}

const SELF_TEST_TEXTS = {
  recorded: "recorded",
  off: "none, as asked for",
  no_example: "none: the model has no input example (--input-example FILE)",
  unsteady: "none: the model answers the same request in different ways",
  too_large: "none: the answer to the input example is too large",
} as const satisfies Record<PackResult["selfTest"], string>;

function toLines(result: PackResult, file: string, { paint }: Output): string[] {
  const facts = [
    ["flavors", result.flavors.join(", ")],
    ["inputs", summarizeSchema(result.signature.inputs)],
    ["outputs", summarizeSchema(result.signature.outputs)],
    ...(result.flavors.includes("js_function") ? [["files", result.files.map(({ name }) => name).join(", ")]] : []),
    ...(result.beside.length === 0
      ? []
      : [["note", `the function was taken, with ${result.beside.join(", ")} as its data; --flavor takes another`]]),
    ["self-test", SELF_TEST_TEXTS[result.selfTest]],
    ["size", `${formatBytes(result.bytes)} in ${result.files.length} files`],
    ["sha256", result.sha256],
  ];
  return [
    `packed ${paint("bold", result.name)} into ${file}`,
    ...formatTable(facts),
    `next: ${paint("green", `mlserve serve ${quoteArgument(file)}`)}`,
  ];
}

function toMetadata(
  entries: readonly (readonly [key: string, value: unknown])[] | undefined,
): Readonly<Record<string, unknown>> | undefined {
  if (entries === undefined || entries.length === 0) return undefined;
  const metadata = new Map(entries);
  if (metadata.size === entries.length) return Object.fromEntries(metadata);
  throw new MlserveError("usage", "a key is given twice", { where: "--metadata" });
}

function toOptionalPath(file: string | undefined, { cwd }: Io): string | undefined {
  return file === undefined ? undefined : toPath(file, { cwd });
}
