import { existsSync } from "node:fs";
import type { OptionValues } from "../../src/config/option.js";
import type { BENCH_OPTIONS } from "../../src/config/options.js";
import { MlserveError, quoteName } from "../../src/core/errors.js";
import type { CommandContext } from "../command.js";
import type { Io } from "../io.js";
import { toPath } from "../open.js";
import { startModelServer } from "./server-process.js";
import type { Target } from "./target.js";

/** Does an argument name a server, and no model? */
export function isUrl(argument: string): boolean {
  return /^https?:\/\//i.test(argument);
}

/** Throws `usage` or `model_not_found` for what cannot be the name of a target, before anything is started. */
export function checkTargetName(argument: string, io: Io): void {
  if (isUrl(argument)) parseUrl(argument);
  else if (!existsSync(toPath(argument, io)))
    throw new MlserveError("model_not_found", `there is no file or folder ${quoteName(argument)}`, {
      hint: "Give a model, or the address of a server that begins with http://",
    });
}

export type TargetContext = Pick<CommandContext, "io" | "temporaryFolder"> & {
  readonly options: OptionValues<typeof BENCH_OPTIONS>;
};

/** A server that runs already, or one that is started for a model and ended by `close`. */
export async function openTarget(argument: string, context: TargetContext): Promise<Target> {
  if (isUrl(argument)) return remoteTarget(argument);
  const { io, options } = context;
  return startModelServer(io.fetched?.get(argument) ?? argument, serveFlags(options), {
    io,
    folder: context.temporaryFolder(),
  });
}

function remoteTarget(argument: string): Target {
  const url = parseUrl(argument);
  if (url.pathname === "/") url.pathname = "/invocations";
  return {
    name: url.host,
    url: url.href,
    cpuMicros: () => undefined,
    trimLog: () => {},
    close: async () => {},
  };
}

function parseUrl(argument: string): URL {
  try {
    return new URL(argument);
  } catch (cause) {
    throw new MlserveError("usage", `${quoteName(argument)} is no address: expected one like http://127.0.0.1:8080`, {
      cause,
    });
  }
}

/** What is decided here goes before what the server finds in its environment and its file. */
function serveFlags(options: TargetContext["options"]): string[] {
  const { processes, isolation, workers, threads, loadTimeout, flavor, useFlavor, requireChecksums, trust } = options;
  return [
    ...["--processes", String(processes ?? "auto")],
    ...["--isolation", isolation],
    ...["--workers", String(workers ?? "auto")],
    ...["--threads", String(threads ?? "auto")],
    ...["--load-timeout", `${loadTimeout}ms`],
    ...(flavor ?? []).flatMap((file) => ["--flavor", file]),
    ...(useFlavor === undefined ? [] : ["--use-flavor", useFlavor]),
    ...(trust ?? []).flatMap((file) => ["--trust", file]),
    requireChecksums ? "--require-checksums" : "--no-require-checksums",
  ];
}
