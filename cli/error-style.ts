import type { Io } from "./io.js";
import type { ErrorStyle } from "./output.js";

/** An error must be told even when the options are what is wrong, so this looks no further than at the words. */
export function findErrorStyle(argv: readonly string[], { environment }: Pick<Io, "environment">): ErrorStyle {
  const asks = (flag: string, variable: string): boolean =>
    argv.includes(flag) || /^(1|true|yes|on)$/i.test(environment[variable] ?? "");
  return { format: asks("--json", "MLSERVE_JSON") ? "json" : "human", verbose: asks("--verbose", "MLSERVE_VERBOSE") };
}
