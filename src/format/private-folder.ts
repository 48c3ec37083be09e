import { createHash } from "node:crypto";
import { lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { MlserveError } from "../core/errors.js";
import { systemCode } from "./file-system-error.js";

/**
 * Makes a folder that only this user can look into. Its name tells the machine, the process that it belongs to and when that
 * was started, for {@link sweepPrivateFolders}. Throws `file_system`.
 */
export function makePrivateFolder(parent: string): string {
  try {
    return mkdtempSync(join(parent, `mlserve-${machineId()}-${process.pid}-${startOf(process.pid) ?? UNKNOWN_START}-`));
  } catch (cause) {
    const hint =
      "Set TMPDIR to a folder that can be written to, with room for the model; a container with a read-only file system needs a tmpfs, at /tmp say";
    throw new MlserveError("file_system", "no private folder can be made in the folder for temporary files", {
      hint,
      cause,
    });
  }
}

/** Removes a folder with all that is in it; one that is gone is no error. */
export function removePrivateFolder(folder: string): void {
  // Windows keeps a file open for a moment after it was closed.
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
}

/**
 * Removes the folders that {@link makePrivateFolder} made for processes that died before they could do so.
 *
 * Leaves those of other users, of other machines (a shared folder), and of processes that are alive. Never throws: what
 * cannot be removed stays.
 */
export function sweepPrivateFolders(parent: string): void {
  for (const name of namesIn(parent)) {
    const [, machine, pid, start = ""] = /^mlserve-([0-9a-f]{8})-(\d+)-(\d+|x)-/.exec(name) ?? [];
    if (machine !== machineId() || isAlive(Number(pid), start)) continue;
    removeOwn(join(parent, name));
  }
}

function removeOwn(folder: string): void {
  try {
    const stats = lstatSync(folder);
    // A link is not followed. Windows has no user ids: what cannot be removed there is another user's.
    const own = process.getuid === undefined || stats.uid === process.getuid();
    if (stats.isDirectory() && own) removePrivateFolder(folder);
  } catch {
    // Somebody else may be sweeping at the same time.
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Of a process of which the system does not tell when it was started. */
const UNKNOWN_START = "x";

/** Is a process alive that was started then? In a container that starts again, another one soon has its number. */
function isAlive(pid: number, start: string): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return systemCode(error) !== "ESRCH";
  }
  const now = startOf(pid);
  return now === undefined || start === UNKNOWN_START || now === start;
}

/**
 * When a process was started, in ticks since the machine was: no clock that jumps. Where nobody has asked how it ended, its
 * number stays, for ever in containers whose first process is no init: it was started `never`.
 */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    // The name of the program, in brackets, may hold anything.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" ? "never" : fields[19];
  } catch {
    return undefined;
  }
}

/** Containers that share a folder count their processes apart, but have names of their own. */
function machineId(): string {
  return createHash("sha256").update(hostname()).digest("hex").slice(0, 8);
}
