import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

export const ROOT = resolve(import.meta.dirname, "../..");

/** The built program. */
export const CLI = join(ROOT, "dist/cli/main.js");
if (!existsSync(CLI)) throw new Error("dist is missing: run npm run build, or npm test, which does");

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** What was left in the folder for temporary files, which is the home folder too. */
  readonly left: readonly string[];
}

export interface Program {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** The first match in standard output; rejects when the program ends without one. */
  find(pattern: RegExp): Promise<RegExpExecArray>;
  /** The same in standard error. */
  findError(pattern: RegExp): Promise<RegExpExecArray>;
}

/** A folder to run the built program in, with a folder for temporary files of its own. */
export interface Workplace extends Disposable {
  readonly cwd: string;
  /** What the program finds in its environment. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  start(args: readonly string[], options?: StartOptions): Program;
  run(args: readonly string[], options?: StartOptions): Promise<Ended>;
  /** The same for a process that was started with this folder and environment by other means. */
  watch(child: ChildProcess): Program;
}

export interface StartOptions {
  readonly cli?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Standard input: none, or one that never ends. */
  readonly stdin?: "ignore" | "pipe";
  /** The leader of a process group of its own, as a shell makes each command. */
  readonly detached?: boolean;
  /** Flags for Node itself. */
  readonly nodeFlags?: readonly string[];
}

export function openWorkplace(): Workplace {
  const folder = mkdtempSync(join(tmpdir(), "mlserve-e2e-"));
  const [cwd, temporary] = [join(folder, "work"), join(folder, "tmp")];
  mkdirSync(cwd);
  mkdirSync(temporary);
  const own = { PATH: process.env.PATH, TMPDIR: temporary, TEMP: temporary, TMP: temporary, HOME: temporary };
  const start = (
    args: readonly string[],
    { cli = CLI, environment = {}, nodeFlags = [], stdin = "ignore", detached = false }: StartOptions = {},
  ): Program => {
    const env = { ...own, ...environment };
    return watch(
      spawn(process.execPath, [...nodeFlags, cli, ...args], { cwd, env, detached, stdio: [stdin, "pipe", "pipe"] }),
      temporary,
    );
  };
  return {
    cwd,
    environment: own,
    start,
    watch: (child) => watch(child, temporary),
    run: (args, options) => start(args, options).ended,
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function watch(child: ChildProcess, temporary: string): Program {
  const stdout = collect(child, "stdout");
  const stderr = collect(child, "stderr");
  const ended = once(child, "close").then(([code, signal]) => ({
    code,
    signal,
    stdout: stdout.text(),
    stderr: stderr.text(),
    left: readdirSync(temporary),
  }));
  const missing = ended.then(({ code, stderr: said }): never => {
    throw new Error(`the program ended with ${code} before it printed the line: ${said}`);
  });
  // Whoever looks for a line gets this rejection through the race.
  missing.catch(() => {});
  return {
    child,
    ended,
    find: (pattern) => Promise.race([stdout.find(pattern), missing]),
    findError: (pattern) => Promise.race([stderr.find(pattern), missing]),
  };
}

function collect(
  child: ChildProcess,
  name: "stdout" | "stderr",
): { text(): string; find(pattern: RegExp): Promise<RegExpExecArray> } {
  let text = "";
  const seekers = new Set<() => void>();
  child[name]?.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
    for (const seek of seekers) seek();
  });
  return {
    text: () => text,
    find: (pattern) =>
      new Promise((found) => {
        const seek = (): void => {
          const match = pattern.exec(text);
          if (match !== null) found(match);
        };
        seekers.add(seek);
        seek();
      }),
  };
}
