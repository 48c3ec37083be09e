/**
 * Does the server go on answering when too much comes? Bodies of a million rows beside small requests, twice the requests
 * that it can answer, and a signal to end while it is at work.
 *
 *   node benchmarks/overload/run.mjs [--bodies 6] [--rows 1000000] [--seconds 5] [--requests 64] [--nice=-15]
 *                                    [--out benchmarks/results/overload.json]
 *
 * Needs `npm run build`, and Linux for the memory of processes. Starts only processes of its own, on 127.0.0.1, and ends
 * them by their handles.
 */
import { existsSync } from "node:fs";
import { setPriority } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { describeMachine } from "../http/machine.mjs";
import { markdownTable } from "../http/report.mjs";
import { CLI, killAll, openRunFolder } from "../http/server-process.mjs";
import { saveResult } from "../save-result.mjs";
import { measureBigBodies, PLACES } from "./big-bodies.mjs";
import { measureDrain } from "./drain.mjs";
import { MODELS, measureTwiceCapacity } from "./twice-capacity.mjs";

/**
 * @typedef {object} Row
 * @property {string} when
 * @property {string} figure
 * @property {number} measured
 * @property {string} unit
 * @property {string} aim
 * @property {boolean} isReached
 */

const COLUMNS = {
  when: (row) => row.when,
  figure: (row) => row.figure,
  measured: (row) => `${shortened(row.measured).toLocaleString("en")}${row.unit}`,
  aim: (row) => row.aim,
  reached: (row) => (row.isReached ? "yes" : "no"),
};

/** Three digits, and those of whole hundreds. @param {number} value */
function shortened(value) {
  return value >= 100 ? Math.round(value) : Number(value.toPrecision(3));
}

function readOptions() {
  const { values } = parseArgs({
    options: {
      bodies: { type: "string", default: "6" },
      rows: { type: "string", default: "1000000" },
      seconds: { type: "string", default: "5" },
      requests: { type: "string", default: "64" },
      nice: { type: "string", default: "0" },
      out: { type: "string", default: fileURLToPath(new URL("../results/overload.json", import.meta.url)) },
    },
  });
  const { out, ...numbers } = values;
  return { out, options: Object.fromEntries(Object.entries(numbers).map(([name, text]) => [name, Number(text)])) };
}

/** @param {string} when @returns {(figure: string, measured: number, unit: string, aim: string, isReached: boolean) => Row} */
const rowsFor = (when) => (figure, measured, unit, aim, isReached) => ({
  when,
  figure,
  measured,
  unit,
  aim,
  isReached,
});

function bigBodyRows(measured) {
  const row = rowsFor(`${measured.bodies} bodies of ${Math.round(measured.bodyBytes / 1e6)} MB, ${measured.place}`);
  const peakGb = measured.peakBytes / 1e9;
  return [
    row("large bodies answered right", measured.right, "", `${measured.bodies}`, measured.right === measured.bodies),
    row(
      "small requests answered right",
      measured.smallRight,
      "",
      `${measured.small}`,
      measured.smallRight === measured.small,
    ),
    row("p99 of small requests", measured.p99, " ms", "< 100 ms", measured.p99 < 100),
    row("most memory, workers too", peakGb, " GB", "< 1.5 GB", peakGb < 1.5),
  ];
}

function twiceCapacityRows(measured) {
  const row = rowsFor(`twice ${Math.round(measured.capacity)} requests/s, ${measured.model}`);
  const { acceptedP99Ms, refusedP99Ms, goodput, pingMs, others } = measured;
  return [
    row("p99 of what was accepted", acceptedP99Ms, " ms", "<= 1,000 ms", acceptedP99Ms <= 1000),
    row("p99 of refusals", refusedP99Ms, " ms", "< 50 ms", refusedP99Ms < 50),
    row("answered, of what it can do", goodput * 100, " %", ">= 60 %", goodput >= 0.6),
    row("slowest /ping", pingMs, " ms", "< 1,000 ms", pingMs < 1000),
    row("neither answered nor refused", others, "", "0", others === 0),
  ];
}

function drainRows({ requests, answered, closing, readyStatus, exitCode, exitMs }) {
  const row = rowsFor(`SIGTERM with ${requests / 2} requests in flight and ${requests / 2} sent in half`);
  return [
    row("dropped", requests - answered, "", "0", answered === requests),
    row("answers with Connection: close", closing, "", `${requests}`, closing === requests),
    row("/health/ready", readyStatus, "", "503", readyStatus === 503),
    row("exit code", exitCode ?? Number.NaN, "", "0", exitCode === 0),
    row("time to the end, a delay of 1 s included", exitMs / 1000, " s", "< 21 s", exitMs < 21_000),
  ];
}

async function main() {
  const { out, options } = readOptions();
  if (!existsSync(CLI)) throw new Error("dist/cli/main.js is not there: run 'npm run build' first");
  if (options.nice !== 0) setPriority(options.nice);
  const folder = openRunFolder();
  const machine = describeMachine();
  const rows = [];
  const add = (more) => {
    rows.push(...more);
    console.error(more.map(({ when, figure, measured }) => `${when}: ${figure}: ${measured}`).join("\n"));
  };
  for (const place of PLACES) add(bigBodyRows(await measureBigBodies(place, { ...options, folder })));
  for (const model of MODELS) add(twiceCapacityRows(await measureTwiceCapacity(model, { ...options, folder })));
  add(drainRows(await measureDrain({ ...options, folder })));
  await saveResult(out, { benchmark: "overload", options, machine, rows }, [markdownTable(COLUMNS, rows)]);
}

await main().catch((error) => {
  killAll();
  console.error(`bench:overload: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
});
