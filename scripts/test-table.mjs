import { readFileSync } from "node:fs";
import { ROOT } from "./processes.mjs";

/**
 * Rows for one run of vitest: one for each folder under tests when it ran many, else one for the suite.
 *
 * A file that could not be loaded counts as one failure.
 */
export function toRows(suite, report) {
  const rows = new Map();
  for (const file of JSON.parse(readFileSync(report, "utf8")).testResults) {
    const name = suite === "tests" ? folderOf(file.name) : suite;
    const row = rows.get(name) ?? { name, passed: 0, failed: 0, skipped: 0 };
    for (const { status } of file.assertionResults)
      row[status === "passed" || status === "failed" ? status : "skipped"]++;
    if (file.status === "failed" && !file.assertionResults.some(({ status }) => status === "failed")) row.failed++;
    rows.set(name, row);
  }
  return [...rows.values()].sort((a, b) => a.name.localeCompare(b.name, "en"));
}

function folderOf(file) {
  const [, first = "", ...rest] = file.slice(ROOT.length).replaceAll("\\", "/").split("/");
  return rest.length === 0 ? "tests" : `tests/${first}`;
}

export function printTable(rows) {
  const head = ["suite", "run", "passed", "failed", "skipped"];
  const cells = rows.map(({ name, passed, failed, skipped }) =>
    [name, passed + failed, passed, failed, skipped].map(String),
  );
  const total = sumRows(rows);
  console.log(`\n${layOut([head, ...cells]).join("\n")}\n`);
  console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
}

export function sumRows(rows) {
  const sum = (key) => rows.reduce((total, row) => total + row[key], 0);
  return { passed: sum("passed"), failed: sum("failed"), skipped: sum("skipped") };
}

function layOut(rows) {
  const widths = rows[0].map((_, i) => Math.max(...rows.map((row) => row[i].length)));
  return rows.map((row) =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join("  "),
  );
}
