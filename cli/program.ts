import { CommanderError, Option, Command as Program } from "commander";
import { describeOptions, groupOptions, type OptionDescription, toHelpText, toUsage } from "../src/config/describe.js";
import { MlserveError } from "../src/core/errors.js";
import { readVersion } from "../src/core/installed-version.js";
import type { Command } from "./command.js";
import { COMMANDS } from "./commands.js";
import { type Io, write } from "./io.js";
import { EXIT_CODES_HELP } from "./output.js";

/** What the command line asks for. */
export type Request =
  | CommandRequest
  /** Help or version: printed already. */
  | { readonly kind: "done" };

export interface CommandRequest {
  readonly kind: "run";
  readonly name: string;
  readonly command: Command;
  /** Undefined where it is missing: `--print-config` needs none. */
  readonly argument: string | undefined;
  readonly flags: Flags;
}

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
    .addHelpText("after", `\n${SOURCES_HELP}`)
    .addHelpText("after", `\nExit codes:\n${EXIT_CODES_HELP}`)
    .exitOverride()
    .configureOutput({
      writeOut: print,
      // Errors are told by reportError.
      writeErr: () => {},
      getOutHelpWidth: () => Math.min(io.stdout.columns ?? 80, 100),
      getOutHasColors: () => false,
    });
}

/** Where options come from besides the command line, within 80 columns. */
const SOURCES_HELP = [
  "Options may also be set by variables (MLSERVE_MAX_BODY for --max-body) and in a",
  "file mlserve.yaml. A flag goes before a variable, and that before the file.",
].join("\n");

function addDetails(program: Program, command: Command, found: (request: Request) => void): void {
  const name = program.name();
  program.argument(`[${command.argument.name}]`, command.argument.help).usage(`<${command.argument.name}> [options]`);
  for (const { title, options } of groupOptions(describeOptions(command.options)))
    for (const option of options) addOption(program, option, title);
  program.addHelpOption(new Option("-h, --help", "show this help").helpGroup("Common options:"));
  program.addHelpText("after", `\nExamples:\n${command.examples.map((line) => `  ${line}`).join("\n")}`);
  program.addHelpText("after", `\n${SOURCES_HELP}`);
  program.action((argument: string | undefined) =>
    found({ kind: "run", name, command, argument, flags: givenFlags(program) }),
  );
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

function toUsageError({ message }: CommanderError, name: string | undefined): MlserveError {
  // What was perhaps meant stands in brackets on a line of its own.
  const [, reason = "", meant = ""] = /^(?:error: )?(.*?)\.?(?:\n\(([^()]*)\))?$/s.exec(message) ?? [];
  const help = name !== undefined && Object.hasOwn(COMMANDS, name) ? `mlserve ${name} --help` : "mlserve --help";
  return new MlserveError("usage", reason, {
    hint: meant === "" ? `See ${help}` : `${meant} See ${help}`,
  });
}
