import { CommanderError, Command as Program } from "commander";
import { MlserveError } from "../src/core/errors.js";
import { readVersion } from "../src/core/installed-version.js";
import { COMMANDS } from "./commands.js";
import { EXIT_CODES_HELP, SOURCES_HELP } from "./help-texts.js";
import { type Io, write } from "./io.js";
import type { Request } from "./request.js";

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
    if (entryName !== name) continue;
    const { addDetails } = await import("./command-details.js");
    addDetails(sub, await load(), (request) => requests.push(request));
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

function toUsageError({ message }: CommanderError, name: string | undefined): MlserveError {
  // What was perhaps meant stands in brackets on a line of its own.
  const [, reason = "", meant = ""] = /^(?:error: )?(.*?)\.?(?:\n\(([^()]*)\))?$/s.exec(message) ?? [];
  const help = name !== undefined && Object.hasOwn(COMMANDS, name) ? `mlserve ${name} --help` : "mlserve --help";
  return new MlserveError("usage", reason, {
    hint: meant === "" ? `See ${help}` : `${meant} See ${help}`,
  });
}
