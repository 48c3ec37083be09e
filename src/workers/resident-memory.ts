import { readFileSync } from "node:fs";

/**
 * Bytes of memory that a process has in use; undefined where the system does not tell (anything but Linux), or when
 * the process has ended.
 */
export function residentBytes(pid: number): number | undefined {
  try {
    const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "latin1")) ?? [];
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
  } catch {
    return undefined;
  }
}
