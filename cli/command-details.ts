import { Option, type Command as Program } from "commander";
import { describeOptions, groupOptions, type OptionDescription, toHelpText, toUsage } from "../src/config/describe.js";
import type { Command } from "./command.js";
import { SOURCES_HELP } from "./help-texts.js";
import type { CommandRequest, Flags } from "./request.js";

/** Tells the parser what a command takes, and the help what to say about it. */
export function addDetails(program: Program, command: Command, found: (request: CommandRequest) => void): void {
  const name = program.name();
  if (command.argument !== undefined) {
    const { name: word, help } = command.argument;
    program.argument(`[${word}]`, help).usage(`<${word}> [options]`);
  }
  for (const { title, options } of groupOptions(describeOptions(command.options)))
    for (const option of options) addOption(program, option, title);
  program.addHelpOption(new Option("-h, --help", "show this help").helpGroup("Common options:"));
  program.addHelpText("after", `\nExamples:\n${command.examples.map((line) => `  ${line}`).join("\n")}`);
  program.addHelpText("after", `\n${SOURCES_HELP}`);
  program.action(() => found({ kind: "run", name, command, argument: program.args[0], flags: givenFlags(program) }));
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
