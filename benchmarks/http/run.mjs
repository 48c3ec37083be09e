/**
 * What does a prediction over HTTP cost, next to a Hono route that does nothing?
 *
 *   node benchmarks/http/run.mjs [--rounds 2] [--seconds 5] [--warm-up 1] [--connections 1,32] [--usage proc|channel]
 *                                [--nice=-15] [--out benchmarks/results/http.json]
 *
 * Needs `npm run build`. Starts only processes of its own, on 127.0.0.1, and ends them by their handles.
 */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { setPriority } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { saveResult } from "../save-result.mjs";
import { runLoad } from "./load.mjs";
import { describeMachine } from "./machine.mjs";
import { memoryTable, speedTable, summarize } from "./report.mjs";
import { checkConstant, checkModel } from "./request.mjs";
import { CLI, openRunFolder, startServer } from "./server-process.mjs";
import { hasWrk, runWrk } from "./wrk.mjs";

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const BASELINE = "empty Hono route";

function readOptions() {
  const { values } = parseArgs({
    options: {
      rounds: { type: "string", default: "2" },
      seconds: { type: "string", default: "5" },
      "warm-up": { type: "string", default: "1" },
      connections: { type: "string", default: "1,32" },
      usage: { type: "string", default: existsSync("/proc/self/stat") ? "proc" : "channel" },
      nice: { type: "string", default: "0" },
      out: { type: "string", default: at("../results/http.json") },
    },
  });
  return {
    rounds: positive("rounds", values.rounds),
    seconds: positive("seconds", values.seconds),
    warmUp: positive("warm-up", values["warm-up"]),
    connections: values.connections.split(",").map((text) => positive("connections", text)),
    side: values.usage === "channel" ? "channel" : "proc",
    wrk: hasWrk(),
    nice: Number(values.nice),
    out: values.out,
  };
}

/** @param {string} name @param {string} text */
function positive(name, text) {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new Error(`--${name} must be a whole number above 0`);
  return value;
}

/** Packs the model with the built command line and says how to start each server. @param {string} folder */
function prepareServers(folder) {
  if (!existsSync(CLI)) throw new Error("dist/cli/main.js is not there: run 'npm run build' first");
  const model = join(folder, "trees100.tar.gz");
  execFileSync(process.execPath, [CLI, "pack", at("../../tests/fixtures/models/trees100"), "-o", model], {
    stdio: "pipe",
  });
  return [
    { name: "mlserve", args: [CLI, "serve", model, "--port", "0"], check: checkModel },
    { name: "mlserve, each alone", args: [CLI, "serve", model, "--port", "0", "--no-batching"], check: checkModel },
    { name: BASELINE, args: [at("empty-route.mjs")], check: checkConstant },
  ];
}

/** One fresh process: check its answers, then load it at each number of connections. */
async function measure({ name, args, check }, options, folder) {
  const server = await startServer(name, args, { folder, side: options.side });
  try {
    const idle = await server.usage();
    const expected = await check(server.url);
    const rounds = [];
    for (const connections of options.connections) {
      await runLoad(server.url, { connections, seconds: options.warmUp, expected });
      const before = await server.usage();
      const load = await runLoad(server.url, { connections, seconds: options.seconds, expected });
      const after = await server.usage();
      const wrk = options.wrk ? await runWrk(server.url, { connections, seconds: options.seconds, folder }) : undefined;
      rounds.push({ server: name, connections, load, cpuMicros: after.cpuMicros - before.cpuMicros, wrk });
    }
    const loaded = await server.usage();
    const memory = { server: name, readyMs: server.readyMs, idleBytes: idle.rssBytes, loadedBytes: loaded.rssBytes };
    return { rounds, memory };
  } finally {
    await server.stop();
  }
}

/** The servers take turns, so that a machine that slows down slows both. */
async function measureAll(options, folder) {
  const servers = prepareServers(folder);
  const results = [];
  for (let round = 1; round <= options.rounds; round++) {
    for (const server of servers) {
      console.error(`round ${round} of ${options.rounds}: ${server.name}`);
      results.push(await measure(server, options, folder));
    }
  }
  const memory = servers.map(({ name }) => results.findLast((result) => result.memory.server === name)?.memory);
  return {
    rows: summarize(
      results.flatMap(({ rounds }) => rounds),
      BASELINE,
    ),
    memory,
  };
}

async function main() {
  const { out, ...options } = readOptions();
  const folder = openRunFolder();
  if (options.nice !== 0) setPriority(options.nice);
  const machine = describeMachine();
  const { rows, memory } = await measureAll(options, folder);
  const result = { benchmark: "http", options, machine, rows, memory };
  await saveResult(out, result, [speedTable(rows), memoryTable(memory)]);
  if (!rows.every(({ steady }) => steady))
    console.log("Rounds differ: something else used the machine. Run it again.\n");
}

await main().catch((error) => {
  console.error(`bench:http: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
});
