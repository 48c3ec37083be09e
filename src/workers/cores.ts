import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";

/**
 * The processors that this process may keep busy: at least 1, and no more than its container is granted.
 *
 * The quota is that of Linux control groups, version 2 or 1, as far as they can be seen from inside.
 */
export function grantedCores(read: ReadText = readText): number {
  const quotas = [readQuotaV2(read), readQuotaV1(read)].filter((quota) => quota !== undefined);
  return Math.max(1, Math.floor(Math.min(availableParallelism(), ...quotas)));
}

/** The text of a file of the system; undefined where there is none. */
type ReadText = (path: string) => string | undefined;

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

/** `cpu.max` is "200000 100000", or "max 100000". */
function readQuotaV2(read: ReadText): number | undefined {
  return smallestQuota(/^0::(\/.*)$/m, read, (folder) => {
    const [quota, period] = (read(`/sys/fs/cgroup${folder}cpu.max`) ?? "").split(/\s+/).map(Number);
    return toCores(quota, period);
  });
}

/** A group's own limit counts, and those of the groups around it; `line` finds the group in the list of all. */
function smallestQuota(line: RegExp, read: ReadText, quotaOf: (folder: string) => number[]): number | undefined {
  const own = line.exec(read("/proc/self/cgroup") ?? "")?.[1] ?? "/";
  const quotas = foldersAround(own).flatMap(quotaOf);
  return quotas.length === 0 ? undefined : Math.min(...quotas);
}

/** `/a/b` -> `/`, `/a/`, `/a/b/` */
function foldersAround(path: string): string[] {
  const names = path.split("/").filter((name) => name !== "");
  return ["/", ...names.map((_, i) => `/${names.slice(0, i + 1).join("/")}/`)];
}

function readQuotaV1(read: ReadText): number | undefined {
  return smallestQuota(/^\d+:(?:[^:]*,)?cpu(?:,[^:]*)?:(\/.*)$/m, read, (folder) => {
    const [quota, period] = ["quota", "period"].map((name) => read(`/sys/fs/cgroup/cpu${folder}cpu.cfs_${name}_us`));
    return toCores(Number(quota ?? Number.NaN), Number(period ?? Number.NaN));
  });
}

/** No limit is "max" in version 2, and -1 in version 1. */
function toCores(quota = Number.NaN, period = Number.NaN): number[] {
  return quota > 0 && period > 0 ? [quota / period] : [];
}
