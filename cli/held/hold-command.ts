import { type ChildProcess, spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { EXIT_CODES, type ExitSignal } from "../exit-codes.js";
import { HELD_BY } from "./held-by.js";
import type { HeldSaying } from "./held-process.js";

/** What a process that is told to end gets for it, unless a model blocks it. */
const GRACE_MS = 500;

/**
 * Runs a command line in a process of its own, and gives its exit code: a model may block the process that runs it, in
 * native code too, so that it sees no signal and no deadline, and may crash it.
 *
 * Nothing else is loaded here, as most command lines need no more.
 */
export async function holdCommand(argv: readonly string[]): Promise<number> {
  const program = process.argv[1] ?? "";
  const child = spawn(process.execPath, [...process.execArgv, program, ...argv], {
    stdio: ["inherit", "inherit", "inherit", "ipc"],
    env: { ...process.env, [HELD_BY]: String(process.pid) },
  });
  const held = new HeldCommand(child);
  for (const signal of Object.keys(EXIT_CODES) as ExitSignal[]) process.on(signal, () => held.interrupt(signal));
  const ended = await held.ended.catch((error: unknown) => ({ error }));
  if ("error" in ended) return await tell(ended.error, argv);
  const { code, signal } = ended;
  if (code !== null) return code;
  await held.cleanUp();
  if (held.interruptedBy !== undefined) return EXIT_CODES[held.interruptedBy];
  return await tell(held.overdue === undefined ? await crashOf(signal) : await overdueError(held.overdue), argv);
}

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

class HeldCommand {
  readonly ended: Promise<Ended>;
  /** The signal that ended it. */
  interruptedBy: ExitSignal | undefined;
  /** What was said to be told when it takes too long, once it has. */
  overdue: unknown;
  private readonly child: ChildProcess;
  private readonly files = new Set<string>();
  private timer: NodeJS.Timeout | undefined;

  constructor(child: ChildProcess) {
    this.child = child;
    child.on("message", (saying) => this.hear(saying as HeldSaying));
    this.ended = new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("exit", (code, signal) => {
        clearTimeout(this.timer);
        resolve({ code, signal });
      });
    });
  }

  /** Passes a signal on; a process that does not end by it is ended. */
  interrupt(signal: ExitSignal): void {
    this.interruptedBy ??= signal;
    this.kill(signal);
    setTimeout(() => this.kill("SIGKILL"), GRACE_MS);
  }

  /** Removes what the process could not remove, as it was ended. */
  async cleanUp(): Promise<void> {
    for (const file of this.files) rmSync(file, { force: true });
    const { sweepPrivateFolders } = await import("../../src/format/private-folder.js");
    sweepPrivateFolders(tmpdir());
  }

  private hear(saying: HeldSaying): void {
    if (saying.kind === "file") this.files.add(saying.path);
    if (saying.kind === "relaxed") clearTimeout(this.timer);
    if (saying.kind !== "deadline") return;
    const { ms, error } = saying;
    this.timer = setTimeout(() => {
      this.overdue = error;
      this.kill("SIGKILL");
    }, ms);
  }

  private kill(signal: NodeJS.Signals): void {
    // Node would take one that was never started for its own group.
    if (this.child.pid !== undefined) this.child.kill(signal);
  }
}

/** Tells why there is no result, and gives the exit code. */
async function tell(error: unknown, argv: readonly string[]): Promise<number> {
  const [{ reportError }, { findErrorStyle }] = await Promise.all([
    import("../output.js"),
    import("../error-style.js"),
  ]);
  const { stderr, env: environment } = process;
  return await reportError(error, { stderr, environment }, findErrorStyle(argv, { environment }));
}

async function overdueError(fields: unknown): Promise<Error> {
  const { fromErrorFields } = await import("../../src/workers/error-fields.js");
  return fromErrorFields(fields);
}

async function crashOf(signal: NodeJS.Signals | null): Promise<Error> {
  const { MlserveError } = await import("../../src/core/errors.js");
  return new MlserveError("invalid_model", `the process that runs the model has ended (${signal})`, {
    hint:
      signal === "SIGKILL"
        ? "Most likely the system has no more memory for it"
        : "The model's native code has crashed: make the model anew, or update its runtime",
  });
}
