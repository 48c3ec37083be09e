import { spawn } from "node:child_process";
import { closeSync, openSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const READY_MS = 180_000;
const STOP_MS = 20_000;
const MICROS_PER_TICK = 10_000;

/** Programs that this run started and that have not ended. @type {Set<number>} */
const running = new Set();

/** Ends what this run started, and what that started, and nothing else. */
export function killPrograms() {
  for (const pid of running) for (const each of treeOf(pid)) kill(each.pid);
}

/**
 * Starts a server that names no address, and waits until it answers a request with 200.
 *
 * @param {string} name
 * @param {{ command: string, args: string[], cwd?: string, env: NodeJS.ProcessEnv, url: string }} start
 * @param {{ folder: string, body: string }} options `folder`: for its log; `body`: the request that it has to answer
 */
export async function startProgram(name, { command, args, cwd, env, url }, { folder, body }) {
  const log = join(folder, `${name}.log`);
  const output = openSync(log, "w");
  const started = performance.now();
  const child = spawn(command, args, { cwd, env, stdio: ["ignore", output, output] });
  closeSync(output);
  const pid = child.pid ?? 0;
  running.add(pid);
  const ended = new Promise((resolve) => child.once("exit", resolve));
  const readyMs = await waitForAnswer(name, child, { url, body, log, started });
  return { url, readyMs, usage: async () => treeUsage(pid), stop: () => stopTree(child, ended) };
}

/** @returns {Promise<number>} milliseconds from the start to the first answer */
async function waitForAnswer(name, child, { url, body, log, started }) {
  while (performance.now() - started < READY_MS) {
    const response = await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body }).catch(
      () => undefined,
    );
    await response?.arrayBuffer();
    if (response?.status === 200) return performance.now() - started;
    if (child.exitCode !== null) throw new Error(`${name} ended with ${child.exitCode}:\n${readFileSync(log, "utf8")}`);
    await sleep(20);
  }
  throw new Error(`${name} gave no answer within ${READY_MS / 1000} s:\n${readFileSync(log, "utf8")}`);
}

/** Servers leave programs of theirs behind, some of which look after each other. */
async function stopTree(child, ended) {
  const tree = treeOf(child.pid);
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
  await ended;
  clearTimeout(timer);
  for (const { pid, startedAt } of tree) if (readProcess(pid)?.startedAt === startedAt) kill(pid);
  running.delete(child.pid);
}

function kill(pid) {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended.
  }
}

/** Processor time and memory of a program and all that it started. Linux only. @param {number} pid */
function treeUsage(pid) {
  const tree = treeOf(pid);
  const sum = (pick) => tree.reduce((total, each) => total + pick(each), 0);
  return { cpuMicros: sum(({ ticks }) => ticks) * MICROS_PER_TICK, rssBytes: sum(({ rssBytes }) => rssBytes) };
}

function treeOf(pid) {
  const all = readdirSync("/proc").flatMap((name) => (/^\d+$/.test(name) ? (readProcess(Number(name)) ?? []) : []));
  const tree = all.filter((each) => each.pid === pid);
  for (const { pid: parent } of tree) tree.push(...all.filter((each) => each.parent === parent));
  return tree;
}

const PAGE_BYTES = 4096;

/** undefined when it has ended meanwhile. */
function readProcess(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name of the program, in parentheses, may hold spaces: fields are counted behind it.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return {
      pid,
      parent: Number(fields[1]),
      ticks: Number(fields[11]) + Number(fields[12]),
      startedAt: fields[19],
      rssBytes: Number(fields[21]) * PAGE_BYTES,
    };
  } catch {
    return undefined;
  }
}
