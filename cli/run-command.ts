import { findUnknownVariables } from "../src/config/environment.js";
import type { OptionsSchema } from "../src/config/option.js";
import { COMMAND_OPTIONS } from "../src/config/options.js";
import { type FileSettings, type ResolvedOptions, resolveOptions, type Setting } from "../src/config/resolve.js";
import { MlserveError } from "../src/core/errors.js";
import type { CommandContext } from "./command.js";
import { COMMANDS, type CommandName } from "./commands.js";
import { readConfigFile } from "./config-source.js";
import type { Io } from "./io.js";
import { createOutput, type ErrorStyle, type Output } from "./output.js";
import { printConfig } from "./print-config.js";
import { withRemoteModels } from "./remote-model.js";
import type { CommandRequest } from "./request.js";
import { RUNNERS } from "./runners.js";
import { createScratch } from "./scratch.js";

/** A command whose options are decided. */
export interface Prepared {
  readonly resolved: ResolvedOptions<OptionsSchema>;
  /** The configuration file that was read. */
  readonly file: string | undefined;
  readonly style: ErrorStyle;
  readonly output: Output;
}

/**
 * Decides the options of a command by its flags, the environment and the configuration file.
 *
 * Throws `usage` naming what is wrong with them.
 */
export async function prepare({ name, flags }: CommandRequest, io: Io): Promise<Prepared> {
  const config = await readConfigFile(flags, io);
  const file: FileSettings = config?.settingsOf(name) ?? new Map();
  const resolved = resolveOptions<OptionsSchema>(COMMAND_OPTIONS[name], { flags, environment: io.environment, file });
  const { json, quiet, verbose } = resolved.values;
  if (quiet === true && verbose === true) throw contradiction(resolved.settings);
  const style = { format: json === true ? "json" : "human", verbose: verbose === true } as const;
  return { resolved, file: config?.name, style, output: createOutput(io, { ...style, quiet: quiet === true }) };
}

function contradiction(settings: readonly Setting[]): MlserveError {
  const both = settings.filter(({ option: { key } }) => key === "quiet" || key === "verbose");
  const where = both.map(({ source }) => source).join(" and ");
  return new MlserveError("usage", "contradict each other", { where, hint: "Give one of them" });
}

/** Runs a command to its end; or tells its options, where that is asked. */
export async function runCommand(request: CommandRequest, { resolved, file, output }: Prepared, io: Io): Promise<void> {
  const { name, words } = request;
  for (const warning of findUnknownVariables(io.environment, Object.values(COMMAND_OPTIONS)))
    await output.warning(warning);
  if (file !== undefined) await output.note(`options from ${file}`);
  if (resolved.values.printConfig === true) return await printConfig(name, file, resolved, output);
  checkArguments(name, words);
  const scratch = createScratch(io);
  try {
    const [argument = "", ...otherArguments] = words;
    // The options were resolved by the schema of this very command.
    const runner = (await RUNNERS[name]()) as (context: CommandContext) => Promise<void>;
    const context = { argument, otherArguments, options: resolved.values, io, output, temporaryFolder: scratch.folder };
    await withRemoteModels(name, context, runner);
  } finally {
    output.progress.end();
    scratch.remove();
  }
}

function checkArguments(name: CommandName, words: readonly string[]): void {
  const empty = COMMANDS[name].arguments[words.findIndex((word) => word.trim() === "")];
  if (empty !== undefined) {
    const hint = `Expected ${empty.help}; is a variable of the shell unset?`;
    throw new MlserveError("usage", "is an empty text", { where: `<${empty.name}>`, hint });
  }
  const missing = COMMANDS[name].arguments.slice(words.length).find(({ optional }) => optional !== true);
  if (missing === undefined) return;
  const hint = `Expected ${missing.help}. See mlserve ${name} --help`;
  throw new MlserveError("usage", `missing argument <${missing.name}>`, { hint });
}
