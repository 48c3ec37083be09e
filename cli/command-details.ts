import { Option, type Command as Program } from "commander";
import { describeOptions, groupOptions, type OptionDescription, toHelpText, toUsage } from "../src/config/describe.js";
import { COMMAND_OPTIONS } from "../src/config/options.js";
import type { Argument } from "./command.js";
import { COMMANDS, type CommandName } from "./commands.js";
import { SOURCES_HELP } from "./help-texts.js";
import type { CommandRequest, Flags } from "./request.js";

/** Tells the parser what a command takes, and the help what to say about it. */
export function addDetails(program: Program, name: CommandName, found: (request: CommandRequest) => void): void {
  const { arguments: words, examples } = COMMANDS[name];
  // Whoever runs the command asks for those that must be there: --print-config needs none.
  for (const { name: word, help } of words) program.argument(`[${word}]`, help);
  program.usage([...words.map(usageOf), "[options]"].join(" "));
  for (const { title, options } of groupOptions(describeOptions(COMMAND_OPTIONS[name])))
    for (const option of options) addOption(program, option, title);
  program.addHelpOption(new Option("-h, --help", "show this help").helpGroup("Common options:"));
  program.addHelpText("after", `\nExamples:\n${examples.map((line) => `  ${line}`).join("\n")}`);
  program.addHelpText("after", `\n${SOURCES_HELP}`);
  program.action(() => found({ kind: "run", name, words: program.args, flags: givenFlags(program) }));
}

function usageOf({ name, optional }: Argument): string {
  return optional === true ? `[${name}]` : `<${name}>`;
}

/** Without the `true` that the parser makes up for every option with a `--no-` form, which nobody gave. */
function givenFlags(program: Program): Flags {
  const flags = Object.entries(program.opts<Flags>());
  return Object.fromEntries(flags.filter(([key]) => program.getOptionValueSource(key) === "cli"));
}

function addOption(program: Program, option: OptionDescription, group: string): void {
  const shown = toUsage(option);
  const declared = new Option(shown, toHelpText(option)).helpGroup(`${group}:`);
  if (option.isList) declared.argParser((text: string, texts: readonly string[] = []) => [...texts, text]);
  program.addOption(declared);
  if (option.negatedFlag === undefined) return;
  const other = shown.includes(option.negatedFlag) ? option.flag : option.negatedFlag;
  program.addOption(new Option(other).hideHelp());
}
