import { findUnknownVariables } from "../src/config/environment.js";
import type { OptionsSchema } from "../src/config/option.js";
import { COMMAND_OPTIONS } from "../src/config/options.js";
import { type FileSettings, type ResolvedOptions, resolveOptions } from "../src/config/resolve.js";
import { MlserveError } from "../src/core/errors.js";
import { readConfigFile } from "./config-source.js";
import type { Io } from "./io.js";
import { createOutput, type ErrorStyle, type Output, reportError } from "./output.js";
import { printConfig } from "./print-config.js";
import { type CommandRequest, parseCommandLine } from "./program.js";
import { createScratch } from "./scratch.js";

/**
 * Runs one command line to its end and gives the exit code.
 *
 * @param argv the words after the program's name
 */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  let style = findErrorStyle(argv, io);
  try {
    const request = await parseCommandLine(argv, io);
    if (request.kind === "done") return 0;
    const prepared = await prepare(request, io);
    style = prepared.style;
    await runCommand(request, prepared, io);
    return 0;
  } catch (error) {
    return await reportError(error, io, style);
  }
}

interface Prepared {
  readonly resolved: ResolvedOptions<OptionsSchema>;
  /** The configuration file that was read. */
  readonly file: string | undefined;
  readonly style: ErrorStyle;
  readonly output: Output;
}

async function prepare({ name, command, flags }: CommandRequest, io: Io): Promise<Prepared> {
  const config = await readConfigFile(flags, io);
  const file: FileSettings = config?.settingsOf(name) ?? new Map();
  const resolved = resolveOptions(command.options, { flags, environment: io.environment, file });
  const { json, quiet, verbose } = resolved.values;
  const style = { format: json === true ? "json" : "human", verbose: verbose === true } as const;
  return { resolved, file: config?.name, style, output: createOutput(io, { ...style, quiet: quiet === true }) };
}

async function runCommand(request: CommandRequest, { resolved, file, output }: Prepared, io: Io): Promise<void> {
  const { name, command, argument } = request;
  for (const warning of findUnknownVariables(io.environment, Object.values(COMMAND_OPTIONS)))
    await output.warning(warning);
  if (file !== undefined) await output.note(`options from ${file}`);
  if (resolved.values.printConfig === true) return await printConfig(name, file, resolved, output);
  if (argument === undefined)
    throw new MlserveError("usage", `missing required argument '${command.argument.name}'`, {
      hint: `See mlserve ${name} --help`,
    });
  const scratch = createScratch(io);
  try {
    await command.run({ argument, options: resolved.values, io, output, temporaryFolder: scratch.folder });
  } finally {
    scratch.remove();
  }
}

/** An error must be told even when the options are what is wrong, so this looks no further than at the words. */
function findErrorStyle(argv: readonly string[], { environment }: Io): ErrorStyle {
  const asks = (flag: string, variable: string): boolean =>
    argv.includes(flag) || /^(1|true|yes|on)$/i.test(environment[variable] ?? "");
  return { format: asks("--json", "MLSERVE_JSON") ? "json" : "human", verbose: asks("--verbose", "MLSERVE_VERBOSE") };
}
