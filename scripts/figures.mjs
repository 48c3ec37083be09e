/*
 * npm run figures: writes the figures of README.md from benchmarks/results. Results that were measured with other code
 * than what is there now are refused: measure them again first. tests/scripts/figures.test.ts compares README with them.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { figuresText, TOLD } from "./figures-text.mjs";
import { staleness } from "./measured-code.mjs";
import { Failure, ROOT, runScript } from "./processes.mjs";

const RESULTS = join(ROOT, "benchmarks", "results");

/** Those that README tells of and that are there, by their names. */
function readResults() {
  const fileOf = (name) => join(RESULTS, `${name}.json`);
  const there = TOLD.filter((name) => existsSync(fileOf(name)));
  return Object.fromEntries(there.map((name) => [name, JSON.parse(readFileSync(fileOf(name), "utf8"))]));
}

await runScript(async () => {
  const results = readResults();
  const stale = Object.entries(results).flatMap(([name, { machine }]) => {
    const reason = staleness(name, machine, ROOT);
    return reason === undefined ? [] : [`  ${name}: ${reason}. Run: npm run bench:${name}`];
  });
  if (stale.length > 0) throw new Failure(`results of other code are no figures of this one:\n${stale.join("\n")}`);
  const readme = join(ROOT, "README.md");
  const text = readFileSync(readme, "utf8");
  const [, before, after] = /^(.*<!-- figures:start -->\n).*(<!-- figures:end -->.*)$/s.exec(text) ?? [];
  if (before === undefined) throw new Failure("README.md has no marks for figures");
  writeFileSync(readme, before + figuresText(results) + after);
  console.log("mlserve: wrote the figures of README.md");
});
