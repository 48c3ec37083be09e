/* The table of several runs of test.mjs, from the file that MLSERVE_TEST_ROWS named for them. */
import { readFileSync } from "node:fs";
import { runScript } from "./processes.mjs";
import { printTable, sumRows } from "./test-table.mjs";

await runScript(async ([file]) => {
  const rows = readFileSync(file, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  printTable(rows);
  return sumRows(rows).failed > 0 ? 1 : 0;
});
