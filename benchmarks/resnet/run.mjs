/**
 * How much of a large network's speed reaches its callers, and does the server stay awake meanwhile?
 *
 *   node benchmarks/resnet/run.mjs [--rounds 2] [--seconds 8] [--connections 4] [--nice=-15]
 *                                  [--out benchmarks/results/resnet.json]
 *
 * Needs `npm run build`. Starts only processes of its own, on 127.0.0.1, and ends them by their handles.
 */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { availableParallelism, setPriority } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import { runLoad } from "../http/load.mjs";
import { describeMachine } from "../http/machine.mjs";
import { markdownTable, summarize } from "../http/report.mjs";
import { post } from "../http/request.mjs";
import { CLI, openRunFolder, startServer } from "../http/server-process.mjs";
import { numbersFrom } from "../models/saved-model.mjs";
import { saveResult } from "../save-result.mjs";
import { IMAGE, writeResnet } from "./model.mjs";

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const BASELINE = "bare loop";
const WARM_UP_SECONDS = 3;
/** Of a probability: runs of several images together add up in another order. */
const TOLERANCE = 1e-4;

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "2" },
    seconds: { type: "string", default: "8" },
    connections: { type: "string", default: "4" },
    nice: { type: "string", default: "0" },
    out: { type: "string", default: at("../results/resnet.json") },
  },
});
const [rounds, seconds, connections] = ["rounds", "seconds", "connections"].map((name) => Number(values[name]));

/** One image with 6 decimals, as the bytes of float32 and as a request. */
function makeImage() {
  const next = numbersFrom(5);
  const pixels = Float64Array.from({ length: IMAGE.reduce((a, b) => a * b, 1) }, () => Number(next().toFixed(6)));
  const nest = (shape, from, size) =>
    shape.length === 0
      ? pixels[from]
      : Array.from({ length: shape[0] }, (_, i) => nest(shape.slice(1), from + (i * size) / shape[0], size / shape[0]));
  const bytes = new Uint8Array(Float32Array.from(pixels).buffer);
  return { bytes, body: JSON.stringify({ inputs: nest(IMAGE, 0, pixels.length) }) };
}

function measureLoop(model, imageFile) {
  const args = [
    at("bare-loop.mjs"),
    join(model, "model.onnx"),
    imageFile,
    String(seconds),
    String(availableParallelism()),
  ];
  const { milliseconds, probs } = JSON.parse(execFileSync(process.execPath, args, { encoding: "utf8" }));
  const load = { requests: milliseconds.length, seconds: milliseconds.reduce((a, b) => a + b, 0) / 1000 };
  const round = {
    server: BASELINE,
    connections,
    load: { ...load, latencies: milliseconds, clientShare: 0 },
    cpuMicros: 0,
  };
  return { round, probs };
}

/** @param {string} text an answer @param {readonly number[]} probs */
function checkAnswer(text, probs) {
  const [answer] = JSON.parse(text).predictions.probs;
  if (answer.length !== probs.length || !probs.every((value, i) => Math.abs(value - answer[i]) < TOLERANCE))
    throw new Error(`mlserve gave other probabilities than the runtime: ${text.slice(0, 200)}`);
}

/** One fresh server: what it answers, and what /ping takes meanwhile. */
async function measureServer(file, body, probs, folder) {
  const server = await startServer("mlserve", [CLI, "serve", file, "--port", "0"], { folder, side: "proc" });
  try {
    const expected = await post(server.url, body);
    checkAnswer(expected, probs);
    const ask = (duration) => runLoad(server.url, { connections, seconds: duration, expected, body });
    await ask(WARM_UP_SECONDS);
    const before = await server.usage();
    const pings = startPings(server.url.replace("/invocations", "/ping"));
    const load = await ask(seconds);
    const pingMs = await pings.stop();
    const after = await server.usage();
    return { round: { server: "mlserve", connections, load, cpuMicros: after.cpuMicros - before.cpuMicros }, pingMs };
  } finally {
    await server.stop();
  }
}

function startPings(url) {
  const thread = new Worker(new URL("pings.mjs", import.meta.url), { workerData: { url } });
  const failed = new Promise((_, reject) => thread.once("error", reject));
  const done = new Promise((resolve) => thread.once("message", resolve));
  return {
    stop: () => {
      thread.postMessage("stop");
      return Promise.race([done, failed]);
    },
  };
}

const COLUMNS = {
  server: (row) => row.server,
  "images/s": (row) => row.requestsPerSecond.toFixed(2),
  "to the loop": (row) => `${row.ratio.toFixed(3)}x`,
  "p50 ms": (row) => row.p50.toFixed(1),
  "p99 ms": (row) => row.p99.toFixed(1),
  "/ping p50 ms": (row) => row.ping?.p50.toFixed(2) ?? "",
  "/ping p99 ms": (row) => row.ping?.p99.toFixed(2) ?? "",
};

/** @param {readonly number[]} milliseconds */
function pingOf(milliseconds) {
  const sorted = milliseconds.toSorted((a, b) => a - b);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  return { count: sorted.length, p50: at(0.5), p99: at(0.99), max: sorted.at(-1) };
}

async function main() {
  if (!existsSync(CLI)) throw new Error("dist/cli/main.js is not there: run 'npm run build' first");
  const folder = openRunFolder();
  if (values.nice !== "0") setPriority(Number(values.nice));
  const machine = describeMachine();
  const model = writeResnet(join(folder, "resnet"));
  const file = join(folder, "resnet.tar");
  execFileSync(process.execPath, [CLI, "pack", model, "-o", file, "--no-self-test"]);
  const { bytes, body } = makeImage();
  const imageFile = join(folder, "image.bin");
  await writeFile(imageFile, bytes);
  const results = [];
  const pings = [];
  for (let round = 1; round <= rounds; round++) {
    console.error(`round ${round} of ${rounds}`);
    const loop = measureLoop(model, imageFile);
    const served = await measureServer(file, body, loop.probs, folder);
    results.push(loop.round, served.round);
    pings.push(...served.pingMs);
  }
  const rows = summarize(results, BASELINE).map((row) =>
    row.server === "mlserve" ? { ...row, ping: pingOf(pings) } : row,
  );
  const { out, ...options } = values;
  const result = { benchmark: "resnet", options, machine, bytes: body.length, rows };
  await saveResult(out, result, [markdownTable(COLUMNS, rows)]);
}

await main().catch((error) => {
  console.error(`bench:resnet: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
});
