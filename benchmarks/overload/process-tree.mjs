import { readdirSync, readFileSync } from "node:fs";

/** Looks again and again at what a process and all that it has started take. Linux only. @param {number} pid */
export function watchMemory(pid) {
  let most = 0;
  const look = () => {
    most = Math.max(most, treeBytes(pid));
  };
  const timer = setInterval(look, 25);
  return {
    /** The most bytes that were resident at once. */
    stop() {
      clearInterval(timer);
      look();
      return most;
    },
  };
}

/** @param {number} root */
function treeBytes(root) {
  const parents = new Map(
    readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .map((name) => [Number(name), parentOf(Number(name))]),
  );
  const isWithin = (pid) => pid === root || (pid > 1 && isWithin(parents.get(pid) ?? 0));
  return [...parents.keys()].filter(isWithin).reduce((sum, pid) => sum + residentBytes(pid), 0);
}

/** @param {number} pid */
function parentOf(pid) {
  const [, parent] = /^\d+ \(.*\) \S (\d+) /s.exec(readOf(pid, "stat")) ?? [];
  return Number(parent ?? 0);
}

/** @param {number} pid */
function residentBytes(pid) {
  const [, kilobytes] = /^VmRSS:\s+(\d+)/m.exec(readOf(pid, "status")) ?? [];
  return Number(kilobytes ?? 0) * 1024;
}

/** Empty for a process that has ended. @param {number} pid @param {string} file */
function readOf(pid, file) {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return "";
  }
}
