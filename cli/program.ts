import { CommanderError, Command as Program } from "commander";
import { MlserveError } from "../src/core/errors.js";
import { readVersion } from "../src/core/installed-version.js";
import { COMMANDS, commandNames } from "./commands.js";
import { type Io, write } from "./io.js";
import { helpWidth, overviewHelp } from "./overview.js";
import type { Request } from "./request.js";

/**
 * Reads the command line. The options of a command are loaded only when it is named.
 *
 * Throws `usage` for what it does not understand, with what was perhaps meant.
 */
export async function parseCommandLine(argv: readonly string[], io: Io): Promise<Request> {
  const printed: string[] = [];
  const requests: Request[] = [];
  const name = findCommandName(argv);
  const program = createProgram(io, (text) => printed.push(text));
  for (const known of commandNames()) {
    const sub = program.command(known).description(COMMANDS[known].summary);
    if (known !== name) continue;
    const { addDetails } = await import("./command-details.js");
    addDetails(sub, known, (request) => requests.push(request));
  }
  // Commands take over what is configured when they are made, and have a help of their own.
  program.configureHelp({ formatHelp: () => overviewHelp(io) });
  try {
    program.parse(argv, { from: "user" });
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
    .version(readVersion(), "-V, --version", "print the version")
    .helpOption("-h, --help", "show this help")
    .helpCommand("help [command]", "show the help of a command")
    .exitOverride()
    .configureOutput({
      writeOut: print,
      // Errors are told by reportError.
      writeErr: () => {},
      getOutHelpWidth: () => helpWidth(io),
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
