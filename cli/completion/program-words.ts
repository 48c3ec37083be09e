import { describeOptions, type OptionDescription } from "../../src/config/describe.js";
import { COMMAND_OPTIONS } from "../../src/config/options.js";
import type { Completes } from "../../src/config/value-types.js";
import { COMMANDS, type CommandName, commandNames } from "../commands.js";

/** What can be written on a command line, for a shell to offer. */
export interface ProgramWords {
  readonly name: string;
  readonly commands: readonly CommandWords[];
}

export interface CommandWords {
  readonly name: string;
  readonly help: string;
  readonly arguments: readonly { readonly name: string; readonly completes: Completes }[];
  readonly options: readonly OptionWords[];
}

export interface OptionWords {
  /** All of one option: `-p`, `--port`. */
  readonly flags: readonly string[];
  readonly help: string;
  /** What stands for its value; undefined for a switch. */
  readonly placeholder: string | undefined;
  readonly completes: Completes;
}

/** Every word that mlserve knows, from the table of commands and the schemas of their options. */
export function describeProgram(): ProgramWords {
  return { name: "mlserve", commands: commandNames().map(toCommandWords) };
}

function toCommandWords(name: CommandName): CommandWords {
  const { summary, arguments: words } = COMMANDS[name];
  return {
    name,
    help: summary,
    arguments: words.map((argument) => ({ completes: "files" as const, ...argument })),
    options: [...describeOptions(COMMAND_OPTIONS[name]).flatMap(toOptionWords), HELP],
  };
}

const HELP: OptionWords = {
  flags: ["-h", "--help"],
  help: "show this help",
  placeholder: undefined,
  completes: "nothing",
};

function toOptionWords({
  flag,
  negatedFlag,
  shortFlag,
  help,
  placeholder,
  completes,
  default: preset,
}: OptionDescription): OptionWords[] {
  const isOn = placeholder === undefined && preset === "true";
  const flags = [...(shortFlag === undefined ? [] : [shortFlag]), ...(isOn ? [] : [flag])];
  const given = flags.length === 0 ? [] : [{ flags, help, placeholder, completes }];
  // A switch that is off, and that nothing turns on, needs no flag to turn it off.
  const isTakenAway = negatedFlag !== undefined && (isOn || placeholder !== undefined);
  return isTakenAway ? [...given, { flags: [negatedFlag], help, placeholder: undefined, completes: "nothing" }] : given;
}
