/**
 * How fast does `mlserve predict` score a file of a million rows, and in how much memory?
 *
 *   node benchmarks/offline/run.mjs [--rows 1000000] [--rounds 2] [--output csv] [--out benchmarks/results/offline.json]
 *
 * Needs `npm run build`. Each round is a process of its own; its peak memory is what the system counted.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { describeMachine } from "../http/machine.mjs";
import { markdownTable } from "../http/report.mjs";
import { saveResult } from "../save-result.mjs";
import { makeTables, TABLE_FORMATS } from "./make-tables.mjs";

const at = (/** @type {string} */ path) => fileURLToPath(new URL(path, import.meta.url));
const CLI = at("../../dist/cli/main.js");
const MODEL = at("../../tests/fixtures/models/trees100");

const { values } = parseArgs({
  options: {
    rows: { type: "string", default: "1000000" },
    rounds: { type: "string", default: "2" },
    output: { type: "string", default: "csv" },
    out: { type: "string", default: at("../results/offline.json") },
  },
});
const COLUMNS = {
  input: (row) => row.format,
  MB: (row) => String(row.inputMb),
  seconds: (row) => row.seconds.toFixed(1),
  "rows/s": (row) => Math.round(row.rowsPerSecond).toLocaleString("en"),
  "peak RSS": (row) => `${Math.round(row.peakMb)} MB`,
};

if (!existsSync(CLI)) throw new Error("dist/cli/main.js is not there: run 'npm run build' first");
const folder = mkdtempSync(join(tmpdir(), "mlserve-bench-"));
try {
  const machine = describeMachine();
  makeTables(folder, Number(values.rows));
  const results = [];
  for (const format of TABLE_FORMATS) {
    const rounds = Array.from({ length: Number(values.rounds) }, () => score(format));
    const best = rounds.reduce((a, b) => (b.rowsPerSecond > a.rowsPerSecond ? b : a));
    const peakMb = Math.max(...rounds.map((round) => round.peakMb));
    results.push({ format, inputMb: megabytes(statSync(join(folder, `table.${format}`)).size), ...best, peakMb });
  }
  // Where the result is written is a path of the machine.
  const { out, ...options } = values;
  await saveResult(out, { benchmark: "offline", machine, options, results }, [markdownTable(COLUMNS, results)]);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** @param {string} format */
function score(format) {
  const output = join(folder, `scored.${values.output}`);
  const args = [
    "predict",
    MODEL,
    "-i",
    join(folder, `table.${format}`),
    "-o",
    output,
    "--keep-columns",
    "id",
    "--json",
  ];
  const peak = `process.on("exit", () => process.stderr.write("\\npeak " + process.resourceUsage().maxRSS + "\\n"))`;
  const child = spawnSync(
    process.execPath,
    ["--import", `data:text/javascript,${encodeURIComponent(peak)}`, CLI, ...args],
    {
      encoding: "utf8",
    },
  );
  if (child.status !== 0) throw new Error(child.stderr);
  const { rows_per_second: rowsPerSecond, seconds, written } = JSON.parse(child.stdout);
  if (written !== Number(values.rows)) throw new Error(`${written} rows were written`);
  const [, kilobytes = "0"] = /peak (\d+)/.exec(child.stderr) ?? [];
  return { seconds, rowsPerSecond, peakMb: megabytes(Number(kilobytes) * 1024) };
}

/** @param {number} bytes */
function megabytes(bytes) {
  return Math.round(bytes / 1e5) / 10;
}
