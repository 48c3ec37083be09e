/**
 * What does a request of 10,000 rows cost, next to JSON.parse of its bytes?
 *
 *   node benchmarks/rows/run.mjs [--rows 10000] [--rounds 2] [--seconds 5] [--warm-up 2] [--nice=-15]
 *                                [--out benchmarks/results/rows.json]
 *
 * Needs `npm run build`, and Python for MLflow, which is left out without. Starts only processes of its own, on
 * 127.0.0.1, and ends them by their ids.
 */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { setPriority } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { ensurePython } from "../../scripts/python-environment.mjs";
import { ALL_PEERS, planStart } from "../compare/peers.mjs";
import { killPrograms, startProgram } from "../compare/program.mjs";
import { runLoad } from "../http/load.mjs";
import { describeMachine } from "../http/machine.mjs";
import { markdownTable, summarize } from "../http/report.mjs";
import { post } from "../http/request.mjs";
import { CLI, openRunFolder, startServer } from "../http/server-process.mjs";
import { saveResult } from "../save-result.mjs";
import { makeRows, writeLinearModel } from "./linear-model.mjs";

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const BASELINE = "JSON.parse alone";
/** Float32 leaves about seven digits of sums below 20. */
const TOLERANCE = 1e-4;

const { values } = parseArgs({
  options: {
    rows: { type: "string", default: "10000" },
    rounds: { type: "string", default: "2" },
    seconds: { type: "string", default: "5" },
    "warm-up": { type: "string", default: "2" },
    nice: { type: "string", default: "0" },
    out: { type: "string", default: at("../results/rows.json") },
  },
});
const [rows, rounds, seconds, warmUp] = ["rows", "rounds", "seconds", "warm-up"].map((name) => Number(values[name]));

/** @param {string} folder for what they write */
async function prepareServers(folder, model, body) {
  if (!existsSync(CLI)) throw new Error("dist/cli/main.js is not there: run 'npm run build' first");
  const file = join(folder, "linear.tar");
  execFileSync(process.execPath, [CLI, "pack", model, "-o", file]);
  const node = (name, args) => ({ name, start: () => startServer(name, args, { folder, side: "proc" }) });
  const servers = [
    node("mlserve", [CLI, "serve", file, "--port", "0"]),
    node("bare script", [at("../memory/bare-server.mjs"), join(model, "model.onnx")]),
  ];
  const peer = ALL_PEERS.find(({ name }) => name === "MLflow");
  const python = await ensurePython(at("../compare/peers/mlflow/requirements.txt")).catch(() => undefined);
  if (peer === undefined || python === undefined) {
    console.error("MLflow is left out: it needs Python 3.11 or later, and PyPI");
    return servers;
  }
  const start = async () => startProgram("MLflow", await planStart(peer, python, folder, model), { folder, body });
  return [...servers, { name: "MLflow", start }];
}

/** @param {string} text an answer @param {readonly number[]} answers */
function checkAnswers(name, text, answers) {
  const { predictions } = JSON.parse(text);
  const near = ({ variable }, i) => Math.abs(variable - (answers[i] ?? Number.NaN)) < TOLERANCE;
  if (predictions.length !== answers.length || !predictions.every(near))
    throw new Error(`${name} gave a wrong answer: ${text.slice(0, 200)}`);
}

/** One fresh process: its answer is checked, and every later one has to equal it. */
async function measure({ name, start }, { body, answers }) {
  const server = await start();
  try {
    const expected = await post(server.url, body);
    checkAnswers(name, expected, answers);
    const ask = (extent) => runLoad(server.url, { connections: 1, ...extent, expected, body });
    await ask({ seconds: warmUp });
    const before = await server.usage();
    const load = await ask({ seconds });
    const after = await server.usage();
    return { server: name, connections: 1, load, cpuMicros: after.cpuMicros - before.cpuMicros };
  } finally {
    await server.stop();
  }
}

/** The same bytes in a fresh process that does nothing else, as long as a server is asked. */
function measureParse(file) {
  const out = execFileSync(process.execPath, [at("parse.mjs"), file, String(seconds)], { encoding: "utf8" });
  const latencies = JSON.parse(out);
  return {
    server: BASELINE,
    connections: 1,
    load: {
      requests: latencies.length,
      seconds: latencies.reduce((a, b) => a + b, 0) / 1000,
      latencies,
      clientShare: 0,
    },
    cpuMicros: 1000 * latencies.reduce((a, b) => a + b, 0),
  };
}

const COLUMNS = {
  server: (row) => row.server,
  "median ms": (row) => row.p50.toFixed(2),
  "to JSON.parse": (row) => `${row.timeRatio.toFixed(2)}x`,
  "p99 ms": (row) => row.p99.toFixed(2),
  "rows/s": (row) => Math.round(row.rowsPerSecond).toLocaleString("en"),
  "server CPU ms/req": (row) => (row.serverCpuMicros / 1000).toFixed(2),
  "client core": (row) => `${Math.round(row.clientShare * 100)} %${row.clientBound ? " client-bound" : ""}`,
};

async function main() {
  const folder = openRunFolder(killPrograms);
  if (values.nice !== "0") setPriority(Number(values.nice));
  const machine = describeMachine();
  const made = makeRows(rows);
  const bodyFile = join(folder, "body.json");
  await writeFile(bodyFile, made.body);
  const servers = await prepareServers(folder, writeLinearModel(join(folder, "linear")), made.body);
  const results = [];
  for (let round = 1; round <= rounds; round++) {
    console.error(`round ${round} of ${rounds}`);
    results.push(measureParse(bodyFile));
    for (const server of round % 2 === 1 ? servers : servers.toReversed()) results.push(await measure(server, made));
  }
  const summary = summarize(results, "mlserve");
  const parse = summary.find(({ server }) => server === BASELINE);
  const table = summary.map((row) => ({
    ...row,
    timeRatio: row.p50 / (parse?.p50 ?? Number.NaN),
    rowsPerSecond: rows * row.requestsPerSecond,
  }));
  const { out, ...options } = values;
  const result = { benchmark: "rows", options, machine, bytes: made.body.length, rows: table };
  await saveResult(out, result, [markdownTable(COLUMNS, table)]);
}

await main().catch((error) => {
  console.error(`bench:rows: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
});
