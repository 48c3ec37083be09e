/**
 * Does the server keep its speed, and its latency in proportion, when more connections come?
 *
 *   node benchmarks/connections/run.mjs [--connections 1,8,32,128,512] [--rounds 2] [--seconds 4] [--warm-up 1]
 *                                       [--nice=-15] [--out benchmarks/results/connections.json]
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
import { markdownTable, summarize } from "../http/report.mjs";
import { checkModel } from "../http/request.mjs";
import { CLI, openRunFolder, startServer } from "../http/server-process.mjs";
import { saveResult } from "../save-result.mjs";

const at = (path) => fileURLToPath(new URL(path, import.meta.url));

const { values } = parseArgs({
  options: {
    connections: { type: "string", default: "1,8,32,128,512" },
    rounds: { type: "string", default: "2" },
    seconds: { type: "string", default: "4" },
    "warm-up": { type: "string", default: "1" },
    nice: { type: "string", default: "0" },
    out: { type: "string", default: at("../results/connections.json") },
  },
});
const [rounds, seconds, warmUp] = ["rounds", "seconds", "warm-up"].map((name) => Number(values[name]));
const numbers = values.connections.split(",").map(Number);

/** One fresh process, asked by each number of connections, upwards or downwards. */
async function measure(model, folder, order) {
  const server = await startServer("mlserve", [CLI, "serve", model, "--port", "0"], { folder, side: "proc" });
  try {
    const expected = await checkModel(server.url);
    const results = [];
    for (const connections of order) {
      await runLoad(server.url, { connections, seconds: warmUp, expected });
      const before = await server.usage();
      const load = await runLoad(server.url, { connections, seconds, expected });
      const after = await server.usage();
      results.push({ server: "mlserve", connections, load, cpuMicros: after.cpuMicros - before.cpuMicros });
    }
    return results;
  } finally {
    await server.stop();
  }
}

/** What the table asks: what is lost of the best rate, and how p99 grows from the row before, per connection. */
function withGrowth(rows) {
  const best = Math.max(...rows.map(({ requestsPerSecond }) => requestsPerSecond));
  const peak = rows.findIndex(({ requestsPerSecond }) => requestsPerSecond === best);
  return rows.map((row, i) => {
    const { connections, p99 } = rows[i - 1] ?? row;
    return {
      ...row,
      ofBest: row.requestsPerSecond / best,
      afterBest: i >= peak,
      growth: row.p99 / p99 / (row.connections / connections),
    };
  });
}

const COLUMNS = {
  connections: (row) => String(row.connections),
  "req/s": (row) => Math.round(row.requestsPerSecond).toLocaleString("en"),
  "of the best": (row) => `${Math.round(100 * row.ofBest)} %`,
  "p50 ms": (row) => row.p50.toFixed(2),
  "p99 ms": (row) => row.p99.toFixed(2),
  "p99 for each connection, to the row above": (row) => `${row.growth.toFixed(2)}x`,
  "server CPU us/req": (row) => row.serverCpuMicros.toFixed(1),
  "client core": (row) => `${Math.round(row.clientShare * 100)} %${row.clientBound ? " client-bound" : ""}`,
};

async function main() {
  if (!existsSync(CLI)) throw new Error("dist/cli/main.js is not there: run 'npm run build' first");
  const folder = openRunFolder();
  if (values.nice !== "0") setPriority(Number(values.nice));
  const machine = describeMachine();
  const model = join(folder, "trees100.tar");
  execFileSync(process.execPath, [CLI, "pack", at("../../tests/fixtures/models/trees100"), "-o", model]);
  const results = [];
  for (let round = 1; round <= rounds; round++) {
    console.error(`round ${round} of ${rounds}`);
    results.push(...(await measure(model, folder, round % 2 === 1 ? numbers : numbers.toReversed())));
  }
  const rows = withGrowth(summarize(results, "mlserve"));
  const { out, ...options } = values;
  await saveResult(out, { benchmark: "connections", options, machine, rows }, [markdownTable(COLUMNS, rows)]);
}

await main().catch((error) => {
  console.error(`bench:connections: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
});
