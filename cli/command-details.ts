import { Option, type Command as Program } from "commander";
import { describeOptions, type OptionDescription, toUsage } from "../src/config/describe.js";
import { COMMAND_OPTIONS } from "../src/config/options.js";
import { commandHelp } from "./command-help.js";
import { COMMANDS, type CommandName } from "./commands.js";
import type { Io } from "./io.js";
import type { CommandRequest, Flags } from "./request.js";

/** Tells the parser what a command takes, and what its help is. */
export function addDetails(
  program: Program,
  name: CommandName,
  io: Io,
  found: (request: CommandRequest) => void,
): void {
  // Whoever runs the command asks for those that must be there: --print-config needs none.
  for (const { name: word } of COMMANDS[name].arguments) program.argument(`[${word}]`);
  for (const option of describeOptions(COMMAND_OPTIONS[name])) addOption(program, option);
  program.configureHelp({ formatHelp: () => commandHelp(name, io) });
  program.action(() => found({ kind: "run", name, words: program.args, flags: givenFlags(program) }));
}

/** Without the `true` that the parser makes up for every option with a `--no-` form, which nobody gave. */
function givenFlags(program: Program): Flags {
  const flags = Object.entries(program.opts<Flags>());
  return Object.fromEntries(flags.filter(([key]) => program.getOptionValueSource(key) === "cli"));
}

function addOption(program: Program, option: OptionDescription): void {
  const shown = toUsage(option);
  const declared = new Option(shown);
  if (option.isList) declared.argParser((text: string, texts: readonly string[] = []) => [...texts, text]);
  program.addOption(declared);
  if (option.negatedFlag === undefined) return;
  const other = shown.includes(option.negatedFlag) ? option.flag : option.negatedFlag;
  program.addOption(new Option(other).hideHelp());
}
