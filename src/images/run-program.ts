import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** How a program of the machine is run. */
export interface ProgramRun {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Told of each line that it prints, on either output. */
  readonly onLine?: (line: string) => void;
  /** Told of the process, for who has to end it when they end. */
  readonly onProcess?: (child: ChildProcess) => void;
}

export interface EndedProgram {
  /** null for one that a signal ended. */
  readonly code: number | null;
  /** The last lines of it, as of the other one. */
  readonly stdout: string;
  readonly stderr: string;
}

/** More is never looked at. */
const KEPT_LINES = 2000;

/** Runs a program to its end, without a shell; undefined where it is not installed. */
export function runProgram(
  command: string,
  args: readonly string[],
  { environment, onLine, onProcess }: ProgramRun,
): Promise<EndedProgram | undefined> {
  const child = spawn(command, args, { env: { ...environment }, stdio: ["ignore", "pipe", "pipe"] });
  onProcess?.(child);
  const [stdout, stderr] = [child.stdout, child.stderr].map((stream) => {
    const lines: string[] = [];
    createInterface({ input: stream }).on("line", (line) => {
      lines.push(line);
      if (lines.length > KEPT_LINES) lines.shift();
      onLine?.(line);
    });
    return lines;
  });
  return new Promise((resolve, reject) => {
    child.once("error", (error) => ("code" in error && error.code === "ENOENT" ? resolve(undefined) : reject(error)));
    child.once("close", (code) => {
      resolve({ code, stdout: (stdout ?? []).join("\n"), stderr: (stderr ?? []).join("\n") });
    });
  });
}
