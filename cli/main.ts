#!/usr/bin/env node
import { tmpdir } from "node:os";
import { type EarlyEnd, watchEarlyEnd } from "./early-end.js";
import { type Interrupts, type Io, isBrokenPipe } from "./io.js";

/** How often npm repeats a signal that the terminal has sent already: once, at the same moment. */
const SAME_SIGNAL_MS = 250;

const EXIT_CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129, SIGBREAK: 149 } as const;

// Not awaited: Node would tell of a model that waits for what never comes in words and with a path of its own.
void main();

async function main(): Promise<void> {
  const early = watchEarlyEnd(process);
  const io: Io = {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    environment: takeEnvironment(),
    cwd: process.cwd(),
    temporaryFolder: tmpdir(),
    interrupts: watchSignals(early),
    atExit: (cleanup) => process.once("exit", cleanup),
  };
  const { findErrorStyle, run } = await import("./run.js");
  const { reportError } = await import("./output.js");
  early.tell((error) => void reportError(error, io, findErrorStyle(process.argv.slice(2), io)));
  process.stdout.on("error", (error) => endWithReader(error, early));
  // A server goes on when nobody reads its log any more.
  process.stderr.on("error", () => {});
  const fail = (error: unknown): void => {
    const verbose = process.argv.includes("--verbose");
    void reportError(error, io, { format: "human", verbose }).finally(() => early.leave(1));
  };
  process.once("uncaughtException", fail);
  process.once("unhandledRejection", fail);
  // Everything is written by now; a handle that somebody forgot must not keep the process alive.
  early.leave(await run(process.argv.slice(2), io));
}

/** The key of the server is not for the code of models, nor for the processes that run it. */
function takeEnvironment(): Io["environment"] {
  const environment = { ...process.env };
  delete process.env.MLSERVE_API_KEY;
  return environment;
}

/** Whoever writes is told of every other failure. */
function endWithReader(error: Error, { leave }: EarlyEnd): void {
  if (isBrokenPipe(error)) leave(0);
}

function watchSignals({ leave }: EarlyEnd): Interrupts {
  const stop = new AbortController();
  let taken = false;
  let firstAt = 0;
  const receive = (signal: keyof typeof EXIT_CODES): void => {
    if (!taken) leave(EXIT_CODES[signal]);
    if (!stop.signal.aborted) {
      firstAt = performance.now();
      stop.abort();
    } else if (performance.now() - firstAt > SAME_SIGNAL_MS) leave(EXIT_CODES[signal]);
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK"] as const) process.on(signal, () => receive(signal));
  return {
    take() {
      taken = true;
      return stop.signal;
    },
  };
}
