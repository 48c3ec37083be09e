/**
 * How many more requests does a tiny model answer in several processes, and what does each of them cost?
 *
 *   node benchmarks/http/processes.mjs [--processes 1,2] [--rounds 2] [--seconds 5] [--warm-up 10] [--connections 32] [--nice=-15]
 *                                      [--out benchmarks/results/processes.json]
 *
 * Needs `npm run build` and Linux; wrk where it is there, as autocannon takes a core for itself. Starts only processes of
 * its own, on 127.0.0.1, and ends them by their handles.
 */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { setPriority } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { runLoad } from "./load.mjs";
import { describeMachine } from "./machine.mjs";
import { checkModel } from "./request.mjs";
import { CLI, openRunFolder, startServer } from "./server-process.mjs";
import { hasWrk, runWrk } from "./wrk.mjs";

const at = (path) => fileURLToPath(new URL(path, import.meta.url));

const { values } = parseArgs({
  options: {
    processes: { type: "string", default: "1,2" },
    rounds: { type: "string", default: "2" },
    seconds: { type: "string", default: "5" },
    "warm-up": { type: "string", default: "10" },
    connections: { type: "string", default: "32" },
    nice: { type: "string", default: "0" },
    out: { type: "string", default: at("../results/processes.json") },
  },
});
const options = {
  rounds: Number(values.rounds),
  seconds: Number(values.seconds),
  // Each process compiles its code anew, for which it needs as many requests as one alone.
  warmUp: Number(values["warm-up"]),
  connections: Number(values.connections),
  client: hasWrk() ? "wrk" : "autocannon",
};

/** Linux shows times in ticks of 1/100 s on every architecture that Node is built for. */
const MICROS_PER_TICK = 10_000;

/** What a server and all processes that it has started have used. */
function usageOf(pid) {
  const all = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap(readProcess);
  const tree = all.filter((each) => each.pid === pid);
  for (const { pid: parent } of tree) tree.push(...all.filter((each) => each.parent === parent));
  const sum = (key) => tree.reduce((total, each) => total + each[key], 0);
  return { cpuMicros: sum("ticks") * MICROS_PER_TICK, memoryBytes: sum("memoryBytes") };
}

/** None when it has ended meanwhile. Memory that several processes share is counted in parts (Pss). */
function readProcess(name) {
  try {
    const stat = readFileSync(`/proc/${name}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const [, kilobytes] = /^Pss:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${name}/smaps_rollup`, "utf8")) ?? [];
    const ticks = Number(fields[11]) + Number(fields[12]);
    return [{ pid: Number(name), parent: Number(fields[1]), ticks, memoryBytes: Number(kilobytes ?? 0) * 1024 }];
  } catch {
    return [];
  }
}

/** Requests a second of one load. */
async function load(url, seconds, expected, folder) {
  const { connections } = options;
  if (options.client === "wrk") return await runWrk(url, { connections, seconds, folder });
  const loaded = await runLoad(url, { connections, seconds, expected });
  return loaded.requests / loaded.seconds;
}

/** One fresh server. */
async function measure(model, processes, folder) {
  const args = [CLI, "serve", model, "--port", "0", "--processes", String(processes)];
  const server = await startServer(`${processes} processes`, args, { folder, side: "proc" });
  try {
    const idle = usageOf(server.pid);
    const expected = await checkModel(server.url);
    await load(server.url, options.warmUp, expected, folder);
    const before = usageOf(server.pid);
    const perSecond = await load(server.url, options.seconds, expected, folder);
    const after = usageOf(server.pid);
    const cpuMicros = (after.cpuMicros - before.cpuMicros) / (perSecond * options.seconds);
    return { processes, perSecond, cpuMicros, idleBytes: idle.memoryBytes, loadedBytes: after.memoryBytes };
  } finally {
    await server.stop();
  }
}

/** The servers take turns, so that a machine that slows down slows all. */
async function measureAll(folder) {
  const model = join(folder, "trees100.tar.gz");
  execFileSync(process.execPath, [CLI, "pack", at("../../tests/fixtures/models/trees100"), "-o", model], {
    stdio: "pipe",
  });
  const counts = values.processes.split(",").map(Number);
  const results = [];
  for (let round = 1; round <= options.rounds; round++)
    for (const count of counts) {
      console.error(`round ${round} of ${options.rounds}: ${count} processes`);
      results.push(await measure(model, count, folder));
    }
  return counts.map((count) => averageOf(results.filter(({ processes }) => processes === count)));
}

function averageOf(results) {
  const mean = (key) => results.reduce((sum, result) => sum + result[key], 0) / results.length;
  return Object.fromEntries(Object.keys(results[0]).map((key) => [key, mean(key)]));
}

function tableOf(rows) {
  const [first] = rows;
  const mebibytes = (bytes) => `${Math.round(bytes / 1024 ** 2)} MiB`;
  return [
    "| processes | requests/s | ratio | CPU a request | memory idle | after load |",
    "|---|---|---|---|---|---|",
    ...rows.map(
      (row) =>
        `| ${row.processes} | ${Math.round(row.perSecond)} | ${(row.perSecond / first.perSecond).toFixed(2)} | ${row.cpuMicros.toFixed(1)} µs | ${mebibytes(row.idleBytes)} | ${mebibytes(row.loadedBytes)} |`,
    ),
  ].join("\n");
}

const folder = openRunFolder();
// Programs that are started get it from who starts them.
if (values.nice !== "0") setPriority(Number(values.nice));
const machine = describeMachine();
const rows = await measureAll(folder);
await mkdir(dirname(values.out), { recursive: true });
const result = { benchmark: "processes", at: new Date().toISOString(), options, machine, rows };
await writeFile(values.out, `${JSON.stringify(result, null, 2)}\n`);
console.log(`\n${tableOf(rows)}\n`);
console.log(
  `Node ${machine.node}, ${machine.cores} cores shared by ${options.client} and servers. Written to ${values.out}`,
);
