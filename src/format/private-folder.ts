import { createHash } from "node:crypto";
import { lstatSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { MlserveError } from "../core/errors.js";
import { systemCode } from "./file-system-error.js";

/**
 * Makes a folder that only this user can look into. Its name tells the machine and the process that it belongs to, for
 * {@link sweepPrivateFolders}. Throws `file_system`.
 */
export function makePrivateFolder(parent: string): string {
  try {
    return mkdtempSync(join(parent, `mlserve-${machineId()}-${process.pid}-`));
  } catch (cause) {
    const hint = "Set TMPDIR to a folder that can be written to, with room for the model";
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
    const [, machine, pid] = /^mlserve-([0-9a-f]{8})-(\d+)-/.exec(name) ?? [];
    if (machine !== machineId() || isAlive(Number(pid))) continue;
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

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) !== "ESRCH";
  }
}

/** Containers that share a folder count their processes apart, but have names of their own. */
function machineId(): string {
  return createHash("sha256").update(hostname()).digest("hex").slice(0, 8);
}
