import { readdirSync, readFileSync } from "node:fs";

/** Linux shows times in ticks of 1/100 s on every architecture that Node is built for. */
const MICROS_PER_TICK = 10_000;

/**
 * Microseconds of processor time that a process and those that it started have used; undefined where the system does
 * not tell (anything but Linux).
 */
export function treeCpuMicros(pid: number): number | undefined {
  const processes = readProcesses();
  const own = processes.find((each) => each.pid === pid);
  if (own === undefined) return undefined;
  const tree = [own];
  for (const { pid: parent } of tree) tree.push(...processes.filter((each) => each.parent === parent));
  return tree.reduce((sum, { ticks }) => sum + ticks, 0) * MICROS_PER_TICK;
}

interface ProcessTimes {
  readonly pid: number;
  readonly parent: number;
  /** User and system time of all its threads. */
  readonly ticks: number;
}

function readProcesses(): ProcessTimes[] {
  return namesIn("/proc").flatMap((name) => (/^\d+$/.test(name) ? readProcess(Number(name)) : []));
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** None when the process has ended meanwhile. */
function readProcess(pid: number): ProcessTimes[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name of the program, in parentheses, may hold spaces: fields are counted behind it.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return [{ pid, parent: Number(fields[1]), ticks: Number(fields[11]) + Number(fields[12]) }];
  } catch {
    return [];
  }
}
