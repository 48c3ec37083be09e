import type { OptionValues } from "../src/config/option.js";
import type { BENCH_OPTIONS, SERVE_OPTIONS } from "../src/config/options.js";
import type { Io } from "./io.js";
import type { PackSource } from "./open.js";
import { Packer } from "./watch/packer.js";

type Options = Pick<OptionValues<typeof SERVE_OPTIONS | typeof BENCH_OPTIONS>, "flavor" | "useFlavor" | "loadTimeout">;

/** Packs in another process, for a command that runs no model in its own: a function's code runs when it is packed. */
export function packApart({ flavor = [], useFlavor, loadTimeout: timeoutMs }: Options, io: Io): PackSource {
  return async (source, folder, { onProgress }) => {
    await using packer = new Packer();
    io.atExit(() => packer.kill());
    const signal = new AbortController().signal;
    const order = { source, folder, flavor, useFlavor };
    return await packer.pack(order, { signal, timeoutMs, ...(onProgress && { onProgress }) });
  };
}
