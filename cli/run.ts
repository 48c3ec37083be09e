import { resolveOptions } from "../src/config/resolve.js";
import type { Io } from "./io.js";
import { createOutput, type ErrorStyle, reportError } from "./output.js";
import { parseCommandLine } from "./program.js";
import { createScratch } from "./scratch.js";

/**
 * Runs one command line to its end and gives the exit code.
 *
 * @param argv the words after the program's name
 */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  try {
    await runCommand(argv, io);
    return 0;
  } catch (error) {
    return await reportError(error, io, findErrorStyle(argv, io));
  }
}

async function runCommand(argv: readonly string[], io: Io): Promise<void> {
  const request = await parseCommandLine(argv, io);
  if (request.kind === "done") return;
  const { command, argument, flags } = request;
  const { values } = resolveOptions(command.options, { flags, environment: io.environment });
  const output = createOutput(io, values.json === true ? "json" : "human");
  const scratch = createScratch(io);
  try {
    await command.run({ argument, options: values, io, output, temporaryFolder: scratch.folder });
  } finally {
    scratch.remove();
  }
}

/** An error must be told even when the options are what is wrong, so this looks no further than at the words. */
function findErrorStyle(argv: readonly string[], { environment }: Io): ErrorStyle {
  const asks = (flag: string, variable: string): boolean =>
    argv.includes(flag) || /^(1|true|yes|on)$/i.test(environment[variable] ?? "");
  return { format: asks("--json", "MLSERVE_JSON") ? "json" : "human", verbose: asks("--verbose", "MLSERVE_VERBOSE") };
}
