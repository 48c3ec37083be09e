import { readVersion } from "../src/core/installed-version.js";
import { findErrorStyle } from "./error-style.js";
import { type Io, write } from "./io.js";
import { type ErrorStyle, reportError } from "./output.js";
import { overviewHelp } from "./overview.js";

/**
 * Runs one command line to its end and gives the exit code.
 *
 * @param words those after the program's name
 */
export async function run(words: readonly string[], io: Io): Promise<number> {
  let style = findErrorStyle(words, io);
  try {
    const argv = words[0] === CONTAINER ? await lineInContainer(words.slice(1), io) : words;
    const shown = quickAnswer(argv, io, style);
    if (shown !== undefined) {
      await write(io.stdout, shown);
      return 0;
    }
    const { parseCommandLine } = await import("./program.js");
    const request = await parseCommandLine(argv, io);
    if (request.kind === "done") return 0;
    // Only now: the schemas of the options take longer to load than the help takes.
    const { prepare, runCommand } = await import("./run-command.js");
    const prepared = await prepare(request, io);
    style = prepared.style;
    await runCommand(request, prepared, io);
    return 0;
  } catch (error) {
    return await reportError(error, io, style);
  }
}

/** The first word in an image, where the model is known: no command, since nobody types it. */
const CONTAINER = "container";

async function lineInContainer(words: readonly string[], io: Io): Promise<readonly string[]> {
  const { containerLine } = await import("./container.js");
  const { argv, mounted } = await containerLine(words);
  if (mounted !== undefined)
    await write(io.stderr, `mlserve: the model mounted at ${mounted} goes before the packed one\n`);
  return argv;
}

/** What is asked for most, and first, is answered without the parser of options. */
function quickAnswer(argv: readonly string[], io: Io, { format }: ErrorStyle): string | undefined {
  const words = argv.filter((word) => word !== "--json");
  const [first = "--help", ...others] = words;
  if (others.length > 0) return undefined;
  if (["help", "--help", "-h"].includes(first)) return overviewHelp(io);
  if (!["--version", "-V"].includes(first)) return undefined;
  return `${format === "json" ? JSON.stringify({ version: readVersion() }) : readVersion()}\n`;
}
