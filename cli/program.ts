import { CommanderError, Command as Program } from "commander";
import { findCommand } from "./find-command.js";
import { type Io, write } from "./io.js";
import { overviewHelp } from "./overview.js";
import type { Request } from "./request.js";

/**
 * Reads the command line. The options of a command are loaded only when it is named.
 *
 * Throws `usage` for what it does not understand, with what was perhaps meant.
 */
export async function parseCommandLine(argv: readonly string[], io: Io): Promise<Request> {
  const name = findCommand(argv, io);
  if (name === undefined) {
    await write(io.stdout, overviewHelp(io));
    return { kind: "done" };
  }
  const printed: string[] = [];
  const requests: Request[] = [];
  const { addDetails } = await import("./command-details.js");
  const program = createProgram((text) => printed.push(text));
  addDetails(program.command(name), name, io, (request) => requests.push(request));
  try {
    program.parse(argv, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    const { toUsageError } = await import("./usage-error.js");
    if (error.exitCode !== 0) throw toUsageError(error, name, argv);
  }
  await write(io.stdout, printed.join(""));
  return requests[0] ?? { kind: "done" };
}

function createProgram(print: (text: string) => void): Program {
  return new Program("mlserve")
    .helpCommand("help [command]")
    .exitOverride()
    .configureOutput({
      writeOut: print,
      // Errors are told by reportError.
      writeErr: () => {},
      // The help is laid out and coloured by us.
      getOutHasColors: () => true,
    });
}
