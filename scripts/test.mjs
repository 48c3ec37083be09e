/*
 * npm test                      everything that needs only Node
 * npm test -- tests/cli         the same, of one folder
 * npm run test:all              all suites
 * npm run test:all -- --added   only those that test:all adds
 * npm run test:interop          only the suite of that name (--only=interop)
 *
 * Ends with a table of what ran, and appends its rows to the file named by MLSERVE_TEST_ROWS.
 */
import { appendFileSync } from "node:fs";
import { ensureBuilt } from "./ensure-built.mjs";
import { ensureInstalled } from "./ensure-installed.mjs";
import { Failure, runScript } from "./processes.mjs";
import { SUITES } from "./suites.mjs";
import { printTable, toRows } from "./test-table.mjs";

await runScript(async (args) => {
  await ensureInstalled();
  await ensureBuilt();
  const suites = chooseSuites(args);
  const rows = [];
  for (const suite of suites)
    rows.push(
      ...(await runSuite(
        suite,
        args.filter((arg) => !arg.startsWith("--")),
      )),
    );
  printTable(rows);
  keepRows(rows);
  return rows.some(({ failed }) => failed > 0) ? 1 : 0;
});

function chooseSuites(args) {
  const all = args.includes("--all");
  const only = args.find((arg) => arg.startsWith("--only="))?.slice("--only=".length);
  if (only !== undefined) {
    const chosen = SUITES.filter(({ name }) => name === only);
    if (chosen.length > 0) return chosen;
    throw new Failure(`no suite ${only}: expected one of ${SUITES.map(({ name }) => name).join(", ")}`);
  }
  if (args.includes("--added")) return SUITES.filter(({ needs }) => needs === "more");
  return SUITES.filter(({ needs }) => all || needs === "node");
}

async function runSuite({ name, run }, filters) {
  console.log(`\nmlserve: suite ${name}`);
  const { code, report, skipped } = await run(filters);
  if (skipped !== undefined) {
    console.log(`mlserve: skipped, ${skipped}`);
    return [{ name, passed: 0, failed: 0, skipped: 1 }];
  }
  const rows = readRows(name, report);
  // vitest fails for more than failed cases: an error outside of any, or no tests at all.
  const explained = code === 0 || rows.some(({ failed }) => failed > 0);
  return explained ? rows : [...rows, { name: `${name} (vitest)`, passed: 0, failed: 1, skipped: 0 }];
}

function readRows(name, report) {
  try {
    return toRows(name, report);
  } catch {
    return [{ name, passed: 0, failed: 1, skipped: 0 }];
  }
}

function keepRows(rows) {
  const file = process.env.MLSERVE_TEST_ROWS;
  if (file !== undefined) appendFileSync(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
}
