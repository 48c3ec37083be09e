import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg, totalmem } from "node:os";

const root = new URL("../../", import.meta.url);
const PACKAGES = ["hono", "@hono/node-server", "onnxruntime-node", "autocannon"];

/** What a figure depends on besides the code. */
export function describeMachine() {
  return {
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    cpu: cpus()[0]?.model ?? "unknown",
    cores: availableParallelism(),
    /** Runnable processes over the last minute: above 1 before a run, something else wanted the cores. */
    loadBefore: loadavg()[0],
    memoryGb: Math.round(totalmem() / 2 ** 30),
    packages: Object.fromEntries(PACKAGES.map((name) => [name, versionOf(`node_modules/${name}/package.json`)])),
    mlserve: versionOf("package.json"),
    ...describeCommit(),
  };
}

/** @param {string} path @returns {string} */
function versionOf(path) {
  return JSON.parse(readFileSync(new URL(path, root), "utf8")).version;
}

/** The commit, and whether files differ from it; both null outside a git checkout. */
function describeCommit() {
  try {
    const commit = git("rev-parse", "HEAD");
    return { commit, changed: git("status", "--porcelain", "--", "src", "cli", "package-lock.json") !== "" };
  } catch {
    return { commit: null, changed: null };
  }
}

/** @param {string[]} args */
function git(...args) {
  return execFileSync("git", args, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
}
