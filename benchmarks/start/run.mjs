/**
 * How long does mlserve take to start? Commands beside `node -e 0`, and the server's first answer beside a bare script
 * that serves the same model, in turns.
 *
 *   node benchmarks/start/run.mjs [--rounds 20] [--out benchmarks/results/start.json]
 *
 * Needs `npm run build`. Starts only processes of its own, on 127.0.0.1, and ends them by their handles.
 */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { describeMachine } from "../http/machine.mjs";
import { markdownTable } from "../http/report.mjs";
import { CLI } from "../http/server-process.mjs";
import { saveResult } from "../save-result.mjs";

const MODEL = fileURLToPath(new URL("../../tests/fixtures/models/trees100", import.meta.url));
const BARE = fileURLToPath(new URL("bare.mjs", import.meta.url));
const COLUMNS_OF_MODEL = 8;
const READY = /http:\/\/127\.0\.0\.1:\d+/;

/** @typedef {{ name: string, baseline: string, limit?: number, run: (folder: string) => Promise<number> }} Case */

/** A command that ends by itself: milliseconds from its start to its end. @param {readonly string[]} args */
async function runCommand(args) {
  const start = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, { stdio: ["ignore", "ignore", "pipe"] });
  if (status !== 0) throw new Error(`node ${args.join(" ")} ended with ${status}: ${stderr}`);
  return performance.now() - start;
}

/** Milliseconds from the start of a server to its first right answer. @param {readonly string[]} args @param {object} body */
async function firstAnswer(args, body) {
  const start = performance.now();
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(child, "exit");
  try {
    const url = await addressOf(child);
    const answer = await fetch(`${url}/invocations`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    const { predictions } = await answer.json();
    if (answer.status !== 200 || predictions.length !== 1) throw new Error(`a wrong answer: ${answer.status}`);
    return performance.now() - start;
  } finally {
    child.kill("SIGKILL");
    await ended;
  }
}

/** @param {import("node:child_process").ChildProcess} child */
async function addressOf(child) {
  let text = "";
  for await (const chunk of child.stdout ?? []) {
    text += chunk;
    const [url] = READY.exec(text) ?? [];
    if (url !== undefined) return url;
  }
  throw new Error(`a server ended before it listened: ${text}`);
}

const ROW = Array.from({ length: COLUMNS_OF_MODEL }, (_, i) => i / 10);
const RECORDS = { dataframe_records: [Object.fromEntries(ROW.map((value, i) => [`f${i}`, value]))] };

/**
 * In the server's own process, as on an idle machine: where the model's example takes longer than a millisecond because
 * others want the processors, `auto` starts a worker process besides.
 */
const SERVE_FLAGS = ["--isolation", "inline", "--port", "0", "--log-level", "warn"];

/** @param {readonly string[]} args @param {{ name?: string, limit?: number }} options @returns {Case} */
function command(args, { name = `mlserve ${args.join(" ")}`, limit } = {}) {
  return { name, baseline: "node -e 0", limit, run: () => runCommand([CLI, ...args]) };
}

/** @type {readonly Case[]} */
const CASES = [
  { name: "node -e 0", baseline: "node -e 0", run: () => runCommand(["-e", "0"]) },
  command(["--help"], { limit: 1.5 }),
  command(["--version"]),
  command(["serve", "--help"]),
  command(["completion", "bash"]),
  command(["inspect", MODEL], { name: "mlserve inspect trees100" }),
  {
    name: "bare script",
    baseline: "bare script",
    run: () => firstAnswer([BARE, join(MODEL, "model.onnx")], { inputs: [ROW] }),
  },
  {
    name: "mlserve serve trees100.tar",
    baseline: "bare script",
    limit: 1.6,
    run: (folder) => firstAnswer([CLI, "serve", join(folder, "trees100.tar"), ...SERVE_FLAGS], RECORDS),
  },
];

/** Processor time of all children that have ended, in milliseconds; NaN where there is no /proc. */
function childrenCpu() {
  try {
    const stat = readFileSync("/proc/self/stat", "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[13]) + Number(fields[14])) * 10;
  } catch {
    return Number.NaN;
  }
}

/** Each case once a round, the order turned round every other one. @param {number} rounds @param {string} folder */
async function measure(rounds, folder) {
  /** @type {Map<string, { wall: number[], cpu: number }>} */
  const measured = new Map(CASES.map(({ name }) => [name, { wall: [], cpu: 0 }]));
  // What a first run reads from the disk is there for all others.
  for (const { run } of CASES) await run(folder);
  for (let round = 0; round < rounds; round++) {
    for (const { name, run } of round % 2 === 0 ? CASES : CASES.toReversed()) {
      const figures = measured.get(name) ?? { wall: [], cpu: 0 };
      const before = childrenCpu();
      figures.wall.push(await run(folder));
      figures.cpu += childrenCpu() - before;
    }
  }
  return measured;
}

/** @param {readonly number[]} values */
function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return ((sorted[(sorted.length - 1) >> 1] ?? 0) + (sorted[sorted.length >> 1] ?? 0)) / 2;
}

/** @param {Awaited<ReturnType<typeof measure>>} measured @param {number} rounds */
function toRows(measured, rounds) {
  const figuresOf = (/** @type {string} */ name) => {
    const { wall, cpu } = measured.get(name) ?? { wall: [], cpu: 0 };
    return { medianMs: median(wall), leastMs: Math.min(...wall), cpuMs: cpu / rounds };
  };
  return CASES.map(({ name, baseline, limit = null }) => {
    const [own, base] = [figuresOf(name), figuresOf(baseline)];
    const ratios = {
      median: own.medianMs / base.medianMs,
      least: own.leastMs / base.leastMs,
      cpu: own.cpuMs / base.cpuMs,
    };
    return { name, baseline, limit, ...own, ratios };
  });
}

const COLUMNS = {
  what: (row) => row.name,
  beside: (row) => row.baseline,
  "median ms": (row) => row.medianMs.toFixed(0),
  "least ms": (row) => row.leastMs.toFixed(0),
  "CPU ms": (row) => row.cpuMs.toFixed(0),
  "ratio of medians": (row) => `${row.ratios.median.toFixed(2)}x`,
  "of the least": (row) => `${row.ratios.least.toFixed(2)}x`,
  "of CPU": (row) => `${row.ratios.cpu.toFixed(2)}x`,
  wanted: (row) => (row.limit === null ? "" : `at most ${row.limit}x`),
};

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "20" },
    out: { type: "string", default: fileURLToPath(new URL("../results/start.json", import.meta.url)) },
  },
});
const rounds = Number(values.rounds);
const folder = mkdtempSync(join(tmpdir(), "mlserve-bench-start-"));
try {
  const machine = describeMachine();
  await runCommand([CLI, "pack", MODEL, "-o", join(folder, "trees100.tar"), "--no-self-test"]);
  const rows = toRows(await measure(rounds, folder), rounds);
  await saveResult(values.out, { benchmark: "start", rounds, machine, rows }, [markdownTable(COLUMNS, rows)]);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
