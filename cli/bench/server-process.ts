import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, ftruncateSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { ERRORS, type ErrorKind, MlserveError } from "../../src/core/errors.js";
import type { Io } from "../io.js";
import { MAIN_ENTRY } from "../main-entry.js";
import { treeCpuMicros } from "./process-cpu.js";
import type { Target } from "./target.js";

interface Place {
  readonly io: Io;
  /** For the server's log: reading a pipe would cost the client time. */
  readonly folder: string;
}

const STOP_MS = 30_000;

/**
 * Serves a model in a process of its own, as `mlserve serve` does, on a free port of 127.0.0.1.
 *
 * Throws what the server says when it does not start.
 */
export async function startModelServer(
  model: string,
  flags: readonly string[],
  { io, folder }: Place,
): Promise<Target> {
  const logFile = join(folder, `server-${process.hrtime.bigint()}.log`);
  // Appending: after it was cut, the server goes on at the start.
  const log = openSync(logFile, "a+");
  const args = ["serve", model, ...flags, "--host", "127.0.0.1", "--port", "0", "--json"];
  const child = spawn(process.execPath, [fileURLToPath(MAIN_ENTRY), ...args], {
    cwd: io.cwd,
    env: { ...io.environment },
    stdio: ["ignore", "pipe", log],
  });
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  // It cleans up after itself.
  io.atExit(() => child.kill("SIGTERM"));
  const close = async (): Promise<void> => {
    await endProcess(child, ended);
    closeSync(log);
  };
  const said = await firstLine(child, ended);
  if (said === undefined) {
    await close();
    throw failureOf(readFileSync(logFile, "utf8"));
  }
  const { name, url } = said;
  return {
    name,
    url: `${url}/invocations`,
    cpuMicros: () => treeCpuMicros(child.pid ?? 0),
    trimLog: () => ftruncateSync(log),
    close,
  };
}

/** What the server says once it listens; undefined when it ends before. */
async function firstLine(
  child: ChildProcess,
  ended: Promise<void>,
): Promise<{ name: string; url: string } | undefined> {
  if (child.stdout === null) return undefined;
  const lines = createInterface(child.stdout);
  const line = await Promise.race([
    new Promise<string>((resolve) => lines.once("line", resolve)),
    ended.then(() => undefined),
  ]);
  return line === undefined ? undefined : JSON.parse(line);
}

async function endProcess(child: ChildProcess, ended: Promise<void>): Promise<void> {
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
  await ended;
  clearTimeout(timer);
}

/** The error that stands last in the log, as `--json` has it. */
function failureOf(log: string): MlserveError {
  const last = log.trim().split("\n").at(-1) ?? "";
  try {
    const { kind, message } = JSON.parse(last);
    if (isErrorKind(kind)) return new MlserveError(kind, String(message));
  } catch {
    // Not what mlserve itself says: told below.
  }
  return new MlserveError("internal", "the server of the model ended before it listened", {
    hint: "Run mlserve serve on it to see why",
  });
}

function isErrorKind(kind: unknown): kind is ErrorKind {
  return typeof kind === "string" && Object.hasOwn(ERRORS, kind);
}
