/**
 * How does mlserve compare with other servers of the same model?
 *
 *   node benchmarks/compare/run.mjs [--rounds 2] [--seconds 3] [--warm-up 1] [--connections 1,32] [--peers mosec,ray]
 *                                   [--nice=-15] [--out benchmarks/results/compare.json]
 *
 * Needs `npm run build`, and Python for the peers, whose packages are installed into .cache once. Starts only processes
 * of its own, on 127.0.0.1, and ends them by their ids.
 */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { setPriority } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { ensurePython } from "../../scripts/python-environment.mjs";
import { runLoad } from "../http/load.mjs";
import { describeMachine } from "../http/machine.mjs";
import { markdownTable, summarize } from "../http/report.mjs";
import { checkConstant, checkModel, checkRows, ONE_ROW, post } from "../http/request.mjs";
import { CLI, openRunFolder, startServer } from "../http/server-process.mjs";
import { saveResult } from "../save-result.mjs";
import { ALL_PEERS, planStart } from "./peers.mjs";
import { killPrograms, startProgram } from "./program.mjs";

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const BASELINE = "mlserve";

function readOptions() {
  const { values } = parseArgs({
    options: {
      rounds: { type: "string", default: "2" },
      seconds: { type: "string", default: "3" },
      "warm-up": { type: "string", default: "1" },
      connections: { type: "string", default: "1,32" },
      peers: { type: "string", default: ALL_PEERS.map(({ folder }) => folder).join(",") },
      nice: { type: "string", default: "0" },
      out: { type: "string", default: at("../results/compare.json") },
    },
  });
  return {
    rounds: Number(values.rounds),
    seconds: Number(values.seconds),
    warmUp: Number(values["warm-up"]),
    connections: values.connections.split(",").map(Number),
    peers: values.peers.split(","),
    nice: Number(values.nice),
    out: values.out,
  };
}

/** Servers of Node name their address; each is started anew for every round. */
function nodeServers(folder) {
  if (!existsSync(CLI)) throw new Error("dist/cli/main.js is not there: run 'npm run build' first");
  const model = join(folder, "trees100.tar");
  execFileSync(process.execPath, [CLI, "pack", at("../../tests/fixtures/models/trees100"), "-o", model]);
  const start = (name, args) => async () => {
    const started = performance.now();
    const server = await startServer(name, args, { folder, side: "proc" });
    await post(server.url, ONE_ROW);
    return { ...server, readyMs: performance.now() - started };
  };
  return [
    { name: BASELINE, row: ONE_ROW, start: start(BASELINE, [CLI, "serve", model, "--port", "0"]), check: checkModel },
    {
      name: "empty Hono route",
      row: ONE_ROW,
      start: start("empty", [at("../http/empty-route.mjs")]),
      check: checkConstant,
    },
  ];
}

/** The peers that can run here; what keeps others from it is told. */
async function peerServers(wanted, folder) {
  const servers = [];
  for (const peer of ALL_PEERS.filter(({ folder: name }) => wanted.includes(name))) {
    const python = await ensurePython(at(`peers/${peer.folder}/requirements.txt`)).catch((error) => {
      console.error(`${peer.name} is left out: ${error.message}`);
    });
    if (python === undefined) {
      console.error(`${peer.name} is left out: it needs Python 3.11 or later`);
      continue;
    }
    servers.push({
      name: peer.name,
      version: versionOf(python, peer.package),
      row: peer.row,
      start: async () => startProgram(peer.name, await planStart(peer, python, folder), { folder, body: peer.row }),
      check: (url) => checkRows(url, peer),
    });
  }
  return servers;
}

function versionOf(python, name) {
  const code = `import importlib.metadata as m; print(m.version("${name}"))`;
  return execFileSync(python, ["-c", code], { encoding: "utf8" }).trim();
}

/** One fresh process: check its answers, then load it with each number of connections. */
async function measure({ name, row, start, check }, options) {
  const server = await start();
  try {
    const expected = await check(server.url);
    const rounds = [];
    for (const connections of options.connections) {
      const load = (seconds) => runLoad(server.url, { connections, seconds, expected, body: row });
      await load(options.warmUp);
      const before = await server.usage();
      const measured = await load(options.seconds);
      const after = await server.usage();
      rounds.push({ server: name, connections, load: measured, cpuMicros: after.cpuMicros - before.cpuMicros });
    }
    const { rssBytes } = await server.usage();
    return { rounds, start: { server: name, readyMs: server.readyMs, rssBytes } };
  } finally {
    await server.stop();
  }
}

/** A server that fails is left out of the rest, and said to be. */
async function measureAll(servers, options) {
  const results = [];
  const failed = new Map();
  for (let round = 1; round <= options.rounds; round++) {
    for (const server of round % 2 === 1 ? servers : servers.toReversed()) {
      if (failed.has(server.name)) continue;
      console.error(`round ${round} of ${options.rounds}: ${server.name}`);
      try {
        results.push(await measure(server, options));
      } catch (error) {
        console.error(`${server.name} failed: ${error.message}`);
        failed.set(server.name, error.message.split("\n")[0]);
      }
    }
  }
  const starts = servers.flatMap(({ name }) => {
    const own = results.filter(({ start }) => start.server === name).map(({ start }) => start);
    return own.length === 0 ? [] : [fastest(own)];
  });
  const rows = withCpuRatio(
    summarize(
      results.flatMap((result) => result.rounds),
      BASELINE,
    ),
  );
  return { rows, starts, failed: Object.fromEntries(failed) };
}

/** Processor time stays comparable where other programs run; requests a second do not. */
function withCpuRatio(rows) {
  return rows.map((row) => {
    const own = rows.find(({ server, connections }) => server === BASELINE && connections === row.connections);
    return { ...row, cpuRatio: row.serverCpuMicros / (own?.serverCpuMicros ?? Number.NaN) };
  });
}

function fastest(starts) {
  return { ...starts[0], readyMs: Math.min(...starts.map(({ readyMs }) => readyMs)) };
}

const times = (ratio) => `${ratio >= 10 ? Math.round(ratio) : ratio.toFixed(2)}x`;

const COLUMNS = {
  connections: (row) => String(row.connections),
  server: (row) => row.server,
  "req/s": (row) => Math.round(row.requestsPerSecond).toLocaleString("en"),
  "mlserve to it": (row) => times(1 / row.ratio),
  "p50 ms": (row) => row.p50.toFixed(2),
  "p99 ms": (row) => row.p99.toFixed(2),
  "CPU us/req": (row) => row.serverCpuMicros.toFixed(0),
  "CPU to mlserve's": (row) => times(row.cpuRatio),
  "client core": (row) => `${Math.round(row.clientShare * 100)} %${row.clientBound ? " client-bound" : ""}`,
  rounds: (row) => `${row.rounds.map((rate) => rate.toLocaleString("en")).join(", ")}${row.steady ? "" : " unsteady"}`,
};

const START_COLUMNS = {
  server: (row) => row.server,
  "first answer after": (row) => `${(row.readyMs / 1000).toFixed(2)} s`,
  "RSS after the load": (row) => `${Math.round(row.rssBytes / 1e6)} MB`,
};

async function main() {
  const { out, ...options } = readOptions();
  const folder = openRunFolder(killPrograms);
  if (options.nice !== 0) setPriority(options.nice);
  const machine = describeMachine();
  const servers = [...nodeServers(folder), ...(await peerServers(options.peers, folder))];
  const { rows, starts, failed } = await measureAll(servers, options);
  const versions = Object.fromEntries(servers.flatMap(({ name, version }) => (version ? [[name, version]] : [])));
  const result = { benchmark: "compare", options, machine, versions, rows, starts, failed };
  await saveResult(out, result, [markdownTable(COLUMNS, rows), markdownTable(START_COLUMNS, starts)]);
}

await main().catch((error) => {
  console.error(`bench:compare: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
});
