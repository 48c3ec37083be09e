import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/*
 * Only Linux lists the children of a process in files.
 */

/** Processes that `parent` started and that are alive. */
export function childrenOf(parent: number): number[] {
  const numbers = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return numbers.map(Number).filter((pid) => parentOf(pid) === parent);
}

/** These, and those that they have started. */
export function descendantsOf(parent: number): number[] {
  return childrenOf(parent).flatMap((pid) => [pid, ...descendantsOf(pid)]);
}

/** undefined for a process that has ended, also while nobody has waited for it. */
export function parentOf(pid: number): number | undefined {
  const [, state, parent] = /^\d+ \(.*\) (\S) (\d+) /s.exec(readOf(pid, "stat")) ?? [];
  return parent === undefined || state === "Z" ? undefined : Number(parent);
}

export function isAlive(pid: number): boolean {
  return parentOf(pid) !== undefined;
}

/** Does it run the program of a worker? */
export function isWorker(pid: number): boolean {
  return readOf(pid, "cmdline").includes(join("workers", "worker.js"));
}

/** Bytes of it that are in memory; 0 for a process that has ended. */
export function residentBytesOf(pid: number): number {
  return Number(/^VmRSS:\s+(\d+)/m.exec(readOf(pid, "status"))?.[1] ?? 0) * 1024;
}

function readOf(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return "";
  }
}
