import { spawn } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

/** Every server that this run started and that has not ended. @type {Set<import("node:child_process").ChildProcess>} */
const running = new Set();

/** Ends what this run started, and nothing else. */
export function killAll() {
  for (const child of running) child.kill("SIGKILL");
}

/**
 * A folder for this run. It goes, and what this run started ends, however the run does.
 *
 * @param {() => void} [endMore] for what was started otherwise
 */
export function openRunFolder(endMore = () => {}) {
  const folder = mkdtempSync(join(tmpdir(), "mlserve-bench-"));
  process.once("exit", () => {
    killAll();
    endMore();
    rmSync(folder, { recursive: true, force: true });
  });
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));
  return folder;
}

/**
 * @typedef {object} Server
 * @property {string} url
 * @property {number} pid
 * @property {number} readyMs from the start of the process to the line that names its address
 * @property {() => Promise<Usage>} usage
 * @property {() => Promise<void>} stop
 * @property {Promise<number | null>} exited its exit code; null where a signal ended it
 *
 * @typedef {object} Usage
 * @property {number} cpuMicros user and system time of all threads since the start
 * @property {number} rssBytes
 */

const READY = /http:\/\/127\.0\.0\.1:(\d+)/;
const READY_MS = 60_000;
const STOP_MS = 10_000;

/**
 * Starts `node <args>` and waits until it prints its address.
 *
 * Its output goes to a file: reading a pipe would cost the client's core. /proc tells what it uses; where there is
 * none, a module loaded beside the server answers over IPC.
 *
 * @param {string} name
 * @param {readonly string[]} args
 * @param {{ folder: string, side: "proc" | "channel" }} options
 * @returns {Promise<Server>}
 */
export async function startServer(name, args, { folder, side }) {
  const log = join(folder, `${name}.log`);
  const output = openSync(log, "w");
  const preload = side === "channel" ? ["--import", new URL("usage-channel.mjs", import.meta.url).href] : [];
  const started = performance.now();
  const child = spawn(process.execPath, [...preload, ...args], {
    stdio: side === "channel" ? ["ignore", output, output, "ipc"] : ["ignore", output, output],
    env: { ...process.env, NODE_ENV: "production" },
  });
  closeSync(output);
  running.add(child);
  const exited = new Promise((resolve) => child.once("exit", resolve));
  const ended = exited.then(() => running.delete(child));
  const url = await waitForAddress(name, child, log);
  const readyMs = performance.now() - started;
  const usage = side === "channel" ? () => askChannel(child) : async () => readProc(child.pid ?? 0);
  return { url, pid: child.pid ?? 0, readyMs, usage, exited, stop: () => stopServer(child, ended) };
}

/** @param {string} name @param {import("node:child_process").ChildProcess} child @param {string} log */
async function waitForAddress(name, child, log) {
  const deadline = performance.now() + READY_MS;
  while (performance.now() < deadline) {
    const text = readFileSync(log, "utf8");
    const [, port] = READY.exec(text) ?? [];
    if (port !== undefined) return `http://127.0.0.1:${port}/invocations`;
    if (child.exitCode !== null) throw new Error(`${name} ended with ${child.exitCode} before it listened:\n${text}`);
    await sleep(5);
  }
  child.kill("SIGKILL");
  throw new Error(`${name} named no address within ${READY_MS / 1000} s:\n${readFileSync(log, "utf8")}`);
}

/** @param {import("node:child_process").ChildProcess} child @param {Promise<unknown>} ended */
async function stopServer(child, ended) {
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
  await ended;
  clearTimeout(timer);
}

/** Linux shows times in ticks of 1/100 s on every architecture that Node is built for. */
const MICROS_PER_TICK = 10_000;

/** @param {number} pid @returns {Usage} */
function readProc(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // The name of the command, in parentheses, may hold spaces: count fields behind it.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const ticks = Number(fields[11]) + Number(fields[12]);
  const rssKb = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return { cpuMicros: ticks * MICROS_PER_TICK, rssBytes: Number(rssKb) * 1024 };
}

/** @param {import("node:child_process").ChildProcess} child @returns {Promise<Usage>} */
function askChannel(child) {
  return new Promise((resolve) => {
    child.once("message", resolve);
    child.send("usage");
  });
}

/** Where the built command line is. */
export const CLI = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
