/**
 * What does a worker process cost? One trivial function, in the server's own process and in one worker, in turns.
 *
 *   node benchmarks/workers/run.mjs [--rounds 4] [--seconds 3] [--warm-up 1] [--out benchmarks/results/workers.json]
 *
 * Needs `npm run build`. Starts only processes of its own, on 127.0.0.1, and ends them by their handles.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { runLoad } from "../http/load.mjs";
import { describeMachine } from "../http/machine.mjs";
import { markdownTable, summarize } from "../http/report.mjs";
import { CLI, killAll, openRunFolder, startServer } from "../http/server-process.mjs";
import { saveResult } from "../save-result.mjs";

const BASELINE = "inline";
const EXPECTED = '{"predictions":[1]}';
const CONNECTIONS = [1, 32];
/** Turns of one connection and of 32 within a round: short ones, so that both servers meet the same machine. */
const TURNS = 4;

const SERVERS = [
  { name: BASELINE, args: ["--isolation", "inline"] },
  { name: "one worker", args: ["--isolation", "process", "--workers", "1"] },
];

const COLUMNS = {
  connections: (row) => String(row.connections),
  server: (row) => row.server,
  "req/s": (row) => Math.round(row.requestsPerSecond).toLocaleString("en"),
  "to inline": (row) => `${row.ratio.toFixed(2)}x`,
  "p50 ms": (row) => row.p50.toFixed(3),
  "p99 ms": (row) => row.p99.toFixed(2),
  "CPU of the server us/req": (row) => row.serverCpuMicros.toFixed(1),
};

function readOptions() {
  const { values } = parseArgs({
    options: {
      rounds: { type: "string", default: "4" },
      seconds: { type: "string", default: "3" },
      "warm-up": { type: "string", default: "1" },
      out: { type: "string", default: fileURLToPath(new URL("../results/workers.json", import.meta.url)) },
    },
  });
  return {
    rounds: Number(values.rounds),
    seconds: Number(values.seconds),
    warmUp: Number(values["warm-up"]),
    out: values.out,
  };
}

/** Both servers are up at the same time, and only one of them is asked at a time. */
async function measureRound({ seconds, warmUp }, folder) {
  const source = join(folder, "function");
  mkdirSync(source, { recursive: true });
  const file = join(source, "predict.mjs");
  writeFileSync(file, "export default () => [1];\n");
  const started = await Promise.all(
    SERVERS.map(async ({ name, args }) => {
      const all = [CLI, "serve", file, "--port", "0", "--log-level", "error", ...args];
      return { name, server: await startServer(name, all, { folder, side: "proc" }) };
    }),
  );
  try {
    for (const { server } of started)
      await runLoad(server.url, { connections: 32, seconds: warmUp, expected: EXPECTED });
    const rounds = [];
    for (const connections of CONNECTIONS)
      for (let turn = 0; turn < TURNS; turn++)
        for (const one of turn % 2 === 0 ? started : started.toReversed())
          rounds.push(await measure(one, connections, seconds / TURNS));
    return rounds;
  } finally {
    await Promise.all(started.map(({ server }) => server.stop()));
  }
}

async function measure({ name, server }, connections, seconds) {
  const before = await server.usage();
  const load = await runLoad(server.url, { connections, seconds, expected: EXPECTED });
  const after = await server.usage();
  return { server: name, connections, load, cpuMicros: after.cpuMicros - before.cpuMicros };
}

async function main() {
  const { out, ...options } = readOptions();
  const folder = openRunFolder();
  const machine = describeMachine();
  const rounds = [];
  for (let round = 0; round < options.rounds; round++) rounds.push(...(await measureRound(options, folder)));
  const rows = summarize(rounds, BASELINE);
  await saveResult(out, { benchmark: "workers", options, machine, rows }, [markdownTable(COLUMNS, rows)]);
}

await main().catch((error) => {
  killAll();
  console.error(`bench:workers: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
});
