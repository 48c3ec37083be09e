import type { ChildProcess } from "node:child_process";

/** Windows has no groups of processes. */
export const HAS_GROUPS: boolean = process.platform !== "win32";

/** Ends a process that leads a group, with all that it has started unless that has left the group. */
export function killGroup(child: ChildProcess): void {
  // Node would take one that was never started for its own group.
  if (child.pid === undefined) return;
  try {
    if (HAS_GROUPS) process.kill(-child.pid, "SIGKILL");
    else child.kill("SIGKILL");
  } catch {
    // It has ended by itself meanwhile.
  }
}

/** Ends this process as the leader of its group, with all that the model has started. */
export function endOwnGroup(): void {
  try {
    process.kill(-process.pid, "SIGKILL");
  } catch {
    process.kill(process.pid, "SIGKILL");
  }
}
