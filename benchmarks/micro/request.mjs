/**
 * What does a request of 10,000 rows cost in a process, from its bytes to those of its answer, next to JSON.parse of the
 * same bytes? Without HTTP, which benchmarks/rows adds.
 *
 *   node benchmarks/micro/request.mjs [--rows 10000] [--rounds 200]
 *
 * Needs `npm run build`.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { markdownTable } from "../http/report.mjs";
import { makeRows, writeLinearModel } from "../rows/linear-model.mjs";

const { BUILTIN_FLAVORS, createFlavorRegistry, loadModel } = await import(
  new URL("../../dist/src/index.js", import.meta.url).href
);

const { values: options } = parseArgs({
  options: { rows: { type: "string", default: "10000" }, rounds: { type: "string", default: "200" } },
});

const PHASES = ["decode", "queue", "predict", "encode"];
const TOLERANCE = 1e-4;

/** @param {number[]} times */
function summarize(times) {
  const sorted = times.toSorted((a, b) => a - b);
  return { least: sorted[0], median: sorted[sorted.length >> 1] };
}

/** Request and parse in turns, so that a machine that slows down slows both. */
async function measure(served, bytes, rounds) {
  const { signal } = new AbortController();
  const times = Object.fromEntries(["request", ...PHASES, "parse"].map((name) => [name, []]));
  let answer;
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    const reply = await served.executor.execute({ bytes, media: "application/json" }, signal);
    const answered = performance.now();
    JSON.parse(bytes.toString());
    times.parse.push(performance.now() - answered);
    times.request.push(answered - start);
    for (const phase of PHASES) times[phase].push(reply.phases[phase]);
    answer = reply.bytes;
  }
  return { answer, times };
}

/** @param {Record<string, number[]>} times */
function table(times) {
  const parse = summarize(times.parse);
  const columns = {
    part: ({ name }) => (name === "parse" ? "JSON.parse alone" : name),
    "least ms": ({ least }) => least.toFixed(3),
    "to JSON.parse": ({ least }) => `${(least / parse.least).toFixed(2)}x`,
    "median ms": ({ median }) => median.toFixed(3),
    "median to JSON.parse": ({ median }) => `${(median / parse.median).toFixed(2)}x`,
  };
  return markdownTable(
    columns,
    Object.entries(times).map(([name, all]) => ({ name, ...summarize(all) })),
  );
}

/** @param {Uint8Array} answer @param {readonly number[]} expected */
function check(answer, expected) {
  const { predictions } = JSON.parse(Buffer.from(answer).toString());
  const near = ({ variable }, i) => Math.abs(variable - expected[i]) < TOLERANCE;
  if (predictions.length !== expected.length || !predictions.every(near)) throw new Error("the answer is wrong");
}

const folder = mkdtempSync(join(tmpdir(), "mlserve-bench-"));
const { body, answers } = makeRows(Number(options.rows));
const flavors = createFlavorRegistry(BUILTIN_FLAVORS);
const served = await loadModel(writeLinearModel(join(folder, "linear")), { flavors });
try {
  const { answer, times } = await measure(served, Buffer.from(body), Number(options.rounds));
  check(answer, answers);
  console.log(table(times));
} finally {
  await served[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
}
