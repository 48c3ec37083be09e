import { CommanderError, Option, Command as Program } from "commander";
import { describeOptions, type OptionDescription, toHelpText, toUsage } from "../src/config/describe.js";
import { MlserveError } from "../src/core/errors.js";
import { readVersion } from "../src/core/installed-version.js";
import type { Command } from "./command.js";
import { COMMANDS } from "./commands.js";
import { type Io, write } from "./io.js";
import { EXIT_CODES_HELP } from "./output.js";

/** What the command line asks for. */
export type Request =
  | { readonly kind: "run"; readonly command: Command; readonly argument: string; readonly flags: Flags }
  /** Help or version: printed already. */
  | { readonly kind: "done" };

export type Flags = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;

/**
 * Reads the command line, loading only the command that it names.
 *
 * Throws `usage` for what it does not understand, with what was perhaps meant.
 */
export async function parseCommandLine(argv: readonly string[], io: Io): Promise<Request> {
  const printed: string[] = [];
  const requests: Request[] = [];
  const name = findCommandName(argv);
  const program = createProgram(io, (text) => printed.push(text));
  for (const [entryName, { summary, load }] of Object.entries(COMMANDS)) {
    const sub = program.command(entryName).description(summary);
    if (entryName === name) addDetails(sub, await load(), (request) => requests.push(request));
  }
  try {
    program.parse(argv.length === 0 ? ["--help"] : argv, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode !== 0) throw toUsageError(error, name);
  }
  await write(io.stdout, printed.join(""));
  return requests[0] ?? { kind: "done" };
}

/** The first word that is no flag: the program itself has no flags that take a value. */
function findCommandName(argv: readonly string[]): string | undefined {
  const words = argv.filter((word) => !word.startsWith("-"));
  return words[0] === "help" ? words[1] : words[0];
}

function createProgram(io: Io, print: (text: string) => void): Program {
  return new Program("mlserve")
    .description("Package machine-learning models in MLflow's format and serve them from Node.")
    .version(readVersion(), "-V, --version", "print the version")
    .helpOption("-h, --help", "show this help")
    .helpCommand("help [command]", "show the help of a command")
    .addHelpText("after", "\nEvery option can also be set by the variable named with it: a flag goes before it.")
    .addHelpText("after", `\nExit codes:\n${EXIT_CODES_HELP}`)
    .exitOverride()
    .configureOutput({
      writeOut: print,
      // Errors are told by reportError.
      writeErr: () => {},
      getOutHelpWidth: () => Math.min(io.stdout.columns ?? 100, 120),
      getOutHasColors: () => false,
    });
}

function addDetails(program: Program, command: Command, found: (request: Request) => void): void {
  program.argument(`<${command.argument.name}>`, command.argument.help);
  for (const option of describeOptions(command.options)) addOption(program, option);
  program.addHelpText("after", `\nExamples:\n${command.examples.map((line) => `  ${line}`).join("\n")}`);
  program.action((argument: string, flags: Flags) => found({ kind: "run", command, argument, flags }));
}

function addOption(program: Program, option: OptionDescription): void {
  const shown = toUsage(option);
  const declared = new Option(shown, toHelpText(option));
  if (option.isList) declared.argParser((text: string, texts: readonly string[] = []) => [...texts, text]);
  program.addOption(declared);
  if (option.negatedFlag === undefined) return;
  const other = shown.includes(option.negatedFlag) ? option.flag : option.negatedFlag;
  program.addOption(new Option(other).hideHelp());
}

function toUsageError({ message }: CommanderError, name: string | undefined): MlserveError {
  // What was perhaps meant stands in brackets on a line of its own.
  const [, reason = "", meant = ""] = /^(?:error: )?(.*?)\.?(?:\n\(([^()]*)\))?$/s.exec(message) ?? [];
  const help = name !== undefined && Object.hasOwn(COMMANDS, name) ? `mlserve ${name} --help` : "mlserve --help";
  return new MlserveError("usage", reason, {
    hint: meant === "" ? `See ${help}` : `${meant} See ${help}`,
  });
}
