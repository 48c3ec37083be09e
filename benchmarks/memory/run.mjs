/**
 * How much memory does a server take, idle and after a million requests, beside a bare script of Hono and onnxruntime?
 *
 *   node benchmarks/memory/run.mjs [--requests 1000000] [--rounds 1] [--connections 32] [--nice=-15]
 *                                  [--out benchmarks/results/memory.json]
 *
 * Needs `npm run build`. Starts only processes of its own, on 127.0.0.1, and ends them by their handles.
 */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { setPriority } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { runLoad } from "../http/load.mjs";
import { describeMachine } from "../http/machine.mjs";
import { markdownTable } from "../http/report.mjs";
import { checkModel } from "../http/request.mjs";
import { CLI, openRunFolder, startServer } from "../http/server-process.mjs";
import { saveResult } from "../save-result.mjs";

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const MODEL = at("../../tests/fixtures/models/trees100");
const BASELINE = "bare script";
/** Caches are full and functions compiled by then; what grows afterwards would grow for ever. */
const SETTLED_AFTER = 0.1;

const { values } = parseArgs({
  options: {
    requests: { type: "string", default: "1000000" },
    rounds: { type: "string", default: "1" },
    connections: { type: "string", default: "32" },
    nice: { type: "string", default: "0" },
    out: { type: "string", default: at("../results/memory.json") },
  },
});

function prepareServers(folder) {
  if (!existsSync(CLI)) throw new Error("dist/cli/main.js is not there: run 'npm run build' first");
  const model = join(folder, "trees100.tar");
  execFileSync(process.execPath, [CLI, "pack", MODEL, "-o", model]);
  return [
    { name: "mlserve", args: [CLI, "serve", model, "--port", "0"] },
    { name: BASELINE, args: [at("bare-server.mjs"), join(MODEL, "model.onnx")] },
  ];
}

/** One fresh process: idle, then so many requests, then the rest. */
async function measure({ name, args }, folder) {
  const server = await startServer(name, args, { folder, side: "proc" });
  try {
    const idle = await server.usage();
    const expected = await checkModel(server.url);
    const connections = Number(values.connections);
    const first = Math.round(Number(values.requests) * SETTLED_AFTER);
    await runLoad(server.url, { connections, amount: first, expected });
    const settled = await server.usage();
    const load = await runLoad(server.url, { connections, amount: Number(values.requests) - first, expected });
    const loaded = await server.usage();
    return {
      server: name,
      idleBytes: idle.rssBytes,
      settledBytes: settled.rssBytes,
      loadedBytes: loaded.rssBytes,
      requestsPerSecond: load.requests / load.seconds,
      serverCpuMicros: (loaded.cpuMicros - settled.cpuMicros) / load.requests,
      clientShare: load.clientShare,
    };
  } finally {
    await server.stop();
  }
}

/** The smallest of the rounds: what else ran can only have added to it. */
function summarize(results, name) {
  const own = results.filter(({ server }) => server === name);
  const least = (key) => Math.min(...own.map((result) => result[key]));
  return {
    ...own[0],
    idleBytes: least("idleBytes"),
    settledBytes: least("settledBytes"),
    loadedBytes: least("loadedBytes"),
  };
}

function withRatios(rows) {
  const base = rows.find(({ server }) => server === BASELINE);
  return rows.map((row) => ({
    ...row,
    idleRatio: row.idleBytes / base.idleBytes,
    loadedRatio: row.loadedBytes / base.loadedBytes,
    growth: row.loadedBytes / row.settledBytes - 1,
  }));
}

const megabytes = (bytes) => `${Math.round(bytes / 1e6)} MB`;
const count = (share) => (Number(values.requests) * share).toLocaleString("en");
const COLUMNS = {
  server: (row) => row.server,
  "RSS idle": (row) => megabytes(row.idleBytes),
  "to the bare script": (row) => `${row.idleRatio.toFixed(2)}x`,
  [`after ${count(SETTLED_AFTER)}`]: (row) => megabytes(row.settledBytes),
  [`after ${count(1)}`]: (row) => megabytes(row.loadedBytes),
  "to the bare script, loaded": (row) => `${row.loadedRatio.toFixed(2)}x`,
  growth: (row) => `${(100 * row.growth).toFixed(1)} %`,
  "CPU us/req": (row) => row.serverCpuMicros.toFixed(1),
  "client core": (row) => `${Math.round(row.clientShare * 100)} %${row.clientShare > 0.9 ? " client-bound" : ""}`,
};

async function main() {
  const folder = openRunFolder();
  if (values.nice !== "0") setPriority(Number(values.nice));
  const machine = describeMachine();
  const servers = prepareServers(folder);
  const results = [];
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const server of round % 2 === 0 ? servers : servers.toReversed()) {
      console.error(`round ${round + 1} of ${values.rounds}: ${server.name}`);
      results.push(await measure(server, folder));
    }
  }
  const rows = withRatios(servers.map(({ name }) => summarize(results, name)));
  const { out, ...options } = values;
  await saveResult(out, { benchmark: "memory", options, machine, rows }, [markdownTable(COLUMNS, rows)]);
}

await main().catch((error) => {
  console.error(`bench:memory: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
});
