import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { MlserveError } from "../../src/core/errors.js";
import type { OnProgress, WorkProgress } from "../../src/core/progress.js";
import { type ErrorFields, fromErrorFields } from "../../src/workers/error-fields.js";
import { HAS_GROUPS, killGroup } from "../../src/workers/process-group.js";
import { PACKING_ENTRY } from "./packing-entry.js";

/** What is to be packed; it goes to another process. */
export interface PackOrder {
  readonly source: string;
  /** Where the package, and whatever else is made on the way, lies. */
  readonly folder: string;
  /** Modules of flavors. */
  readonly flavor: readonly string[];
  readonly useFlavor: string | undefined;
}

/** What the process says: what the model is made of as soon as it is known, how far it is, then how it ended. */
export type PackSaying =
  | { readonly kind: "sources"; readonly paths: readonly string[] }
  | { readonly kind: "progress"; readonly progress: WorkProgress }
  | { readonly kind: "packed"; readonly output: string }
  | { readonly kind: "refused"; readonly error: ErrorFields };

export interface PackOptions {
  /** Ends the process. */
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  onSources?(paths: readonly string[]): void;
  readonly onProgress?: OnProgress;
}

/**
 * Packs a model again and again, each time in a process of its own: a model's code runs when it is packed, and none of
 * what it leaves behind may stay. One process is kept ready, since starting it takes longer than its work.
 */
export class Packer implements AsyncDisposable {
  private spare: ChildProcess | undefined;
  private readonly atWork = new Set<ChildProcess>();

  /** Starts the process for the next time. */
  prepare(): void {
    // A module that prints must not print into what the server prints.
    if (this.spare?.connected !== true)
      this.spare = fork(PACKING_ENTRY.path, [...PACKING_ENTRY.args, String(process.pid)], {
        execArgv: [],
        detached: HAS_GROUPS,
        stdio: ["ignore", process.stderr.fd, process.stderr.fd, "ipc"],
      });
  }

  /** Gives the path of the package. Throws what packing throws, and the reason of the signal. */
  async pack(order: PackOrder, options: PackOptions): Promise<string> {
    this.prepare();
    const child = this.spare;
    if (child === undefined) throw new Error("no process to pack in");
    this.spare = undefined;
    this.atWork.add(child);
    try {
      return await run(child, order, options);
    } finally {
      await end(child);
      this.atWork.delete(child);
    }
  }

  /** Ends all processes, and waits for none: this one is ending too. */
  kill(): void {
    for (const child of [...this.atWork, ...(this.spare === undefined ? [] : [this.spare])]) killGroup(child);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.spare !== undefined) await end(this.spare);
    this.spare = undefined;
  }
}

function run(
  child: ChildProcess,
  order: PackOrder,
  { signal, timeoutMs, onSources, onProgress }: PackOptions,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(overdue(timeoutMs)), timeoutMs);
    const giveUp = (): void => reject(signal.reason);
    if (signal.aborted) giveUp();
    signal.addEventListener("abort", giveUp, { once: true });
    child.on("message", (saying: PackSaying) => {
      if (saying.kind === "sources") onSources?.(saying.paths);
      else if (saying.kind === "progress") onProgress?.(saying.progress);
      else if (saying.kind === "packed") resolve(saying.output);
      else reject(fromErrorFields(saying.error));
    });
    child.once("error", reject);
    child.once("exit", (code, name) => reject(ended(name ?? `exit code ${code}`)));
    child.once("exit", () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", giveUp);
    });
    // One that could not be started has no way to it; that is told by its error.
    if (child.pid !== undefined) child.send(order);
  });
}

/** Until it is gone. */
async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  killGroup(child);
  await gone;
}

function ended(how: string): MlserveError {
  return new MlserveError("invalid_model", `the module ends the process that loads it (${how})`, {
    where: "the function",
  });
}

function overdue(timeoutMs: number): MlserveError {
  return new MlserveError("load_timeout", `it was not packed within ${timeoutMs} ms`, {
    hint: "Raise --load-timeout if it needs longer",
  });
}
