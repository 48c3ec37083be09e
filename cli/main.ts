#!/usr/bin/env node
import { tmpdir } from "node:os";
import { type Interrupts, type Io, isBrokenPipe } from "./io.js";

/** How often npm repeats a signal that the terminal has sent already: once, at the same moment. */
const SAME_SIGNAL_MS = 250;

const EXIT_CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129, SIGBREAK: 149 } as const;

await main();

async function main(): Promise<void> {
  const io: Io = {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    environment: takeEnvironment(),
    cwd: process.cwd(),
    temporaryFolder: tmpdir(),
    interrupts: watchSignals(),
    atExit: (cleanup) => process.once("exit", cleanup),
  };
  const { run } = await import("./run.js");
  const { reportError } = await import("./output.js");
  process.stdout.on("error", endWithReader);
  // A server goes on when nobody reads its log any more.
  process.stderr.on("error", () => {});
  const fail = (error: unknown): void => {
    const verbose = process.argv.includes("--verbose");
    void reportError(error, io, { format: "human", verbose }).finally(() => process.exit(1));
  };
  process.once("uncaughtException", fail);
  process.once("unhandledRejection", fail);
  // Everything is written by now; a handle that somebody forgot must not keep the process alive.
  process.exit(await run(process.argv.slice(2), io));
}

/** The key of the server is not for the code of models, nor for the processes that run it. */
function takeEnvironment(): Io["environment"] {
  const environment = { ...process.env };
  delete process.env.MLSERVE_API_KEY;
  return environment;
}

/** Whoever writes is told of every other failure. */
function endWithReader(error: Error): void {
  if (isBrokenPipe(error)) process.exit(0);
}

function watchSignals(): Interrupts {
  const stop = new AbortController();
  let taken = false;
  let firstAt = 0;
  const receive = (signal: keyof typeof EXIT_CODES): void => {
    if (!taken) process.exit(EXIT_CODES[signal]);
    if (!stop.signal.aborted) {
      firstAt = performance.now();
      stop.abort();
    } else if (performance.now() - firstAt > SAME_SIGNAL_MS) process.exit(EXIT_CODES[signal]);
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK"] as const) process.on(signal, () => receive(signal));
  return {
    take() {
      taken = true;
      return stop.signal;
    },
  };
}
