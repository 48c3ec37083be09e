import type { Io } from "./io.js";
import { wrapText } from "./layout.js";

/** Where options come from besides the command line. */
const SOURCES =
  "Options may also be set by variables (MLSERVE_MAX_BODY for --max-body) and in a file mlserve.yaml. A flag goes " +
  "before a variable, and that before the file.";

export function sourcesHelp(width: number): string[] {
  return wrapText(SOURCES, width);
}

/** Lines that are longer are hard to read on any terminal. */
const WIDEST = 100;

/** Columns of a help text: those of the terminal, 80 where there is none or where it does not know its own. */
export function helpWidth({ stdout }: Pick<Io, "stdout">): number {
  const { columns = 0 } = stdout;
  return columns === 0 ? 80 : Math.min(columns, WIDEST);
}
