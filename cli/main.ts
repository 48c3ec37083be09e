#!/usr/bin/env node
import { tmpdir } from "node:os";
import { type EarlyEnd, watchEarlyEnd } from "./early-end.js";
import { EXIT_CODES, type ExitSignal } from "./exit-codes.js";
import { HELD_BY, isToBeHeld } from "./held/held-by.js";
import { type Holder, type Interrupts, type Io, isBrokenPipe, NO_HOLDER } from "./io.js";

/** How often npm repeats a signal that the terminal has sent already: once, at the same moment. */
const SAME_SIGNAL_MS = 250;

// Not awaited: Node would tell of a model that waits for what never comes in words and with a path of its own.
void main();

async function main(): Promise<void> {
  const argv = process.argv.slice(2);
  if (process.env[HELD_BY] === undefined && isToBeHeld(argv)) {
    const { holdCommand } = await import("./held/hold-command.js");
    process.exit(await holdCommand(argv));
  }
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
    holder: await takeHolder(),
  };
  const { run } = await import("./run.js");
  const { findErrorStyle } = await import("./error-style.js");
  const { reportError } = await import("./output.js");
  early.tell((error) => void reportError(error, io, findErrorStyle(argv, io)));
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
  early.leave(await run(argv, io));
}

async function takeHolder(): Promise<Holder> {
  const parent = process.env[HELD_BY];
  delete process.env[HELD_BY];
  if (parent === undefined) return NO_HOLDER;
  const { findHolder } = await import("./held/held-process.js");
  return findHolder(process, Number(parent));
}

/** The key of the server is not for the code of models, nor for the processes that run it. */
function takeEnvironment(): Io["environment"] {
  const environment = { ...process.env };
  delete process.env.MLSERVE_API_KEY;
  delete environment[HELD_BY];
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
  const receive = (signal: ExitSignal): void => {
    if (!taken) leave(EXIT_CODES[signal]);
    if (!stop.signal.aborted) {
      firstAt = performance.now();
      stop.abort();
    } else if (performance.now() - firstAt > SAME_SIGNAL_MS) leave(EXIT_CODES[signal]);
  };
  for (const signal of Object.keys(EXIT_CODES) as ExitSignal[]) process.on(signal, () => receive(signal));
  return {
    take() {
      taken = true;
      return stop.signal;
    },
  };
}
