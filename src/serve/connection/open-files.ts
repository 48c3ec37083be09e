import { readFileSync } from "node:fs";

/** More than this many connections at the same time are no use to one process. */
const MOST = 10_000;
/** Files that are open besides: the model's, the log, the pipes of workers. */
const RESERVED = 256;

/** How many connections this process may hold, so that it never runs out of the files that the system lets it open. */
export function defaultConnections(openFiles = readOpenFilesLimit()): number {
  if (openFiles === undefined) return MOST;
  return Math.min(MOST, Math.max(openFiles - RESERVED, Math.floor(openFiles / 2)));
}

/** undefined where there is no limit, or the system does not tell of it. */
function readOpenFilesLimit(): number | undefined {
  try {
    const limit = /^Max open files +(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8"))?.[1];
    return limit === undefined ? undefined : Number(limit);
  } catch {
    return undefined;
  }
}
