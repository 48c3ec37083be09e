/*
 * npm run figures: writes the figures of README.md and benchmarks/README.md from benchmarks/results. Results that were
 * measured with other code than what is there now are refused: measure them again first. tests/scripts/figures.test.ts
 * compares both pages with the results.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fillPage, placesOf } from "./figures/bench-page.mjs";
import { staleness } from "./figures/measured-code.mjs";
import { figuresText, TOLD } from "./figures/readme-text.mjs";
import { Failure, ROOT, runScript } from "./processes.mjs";

const RESULTS = join(ROOT, "benchmarks", "results");

/** Those that are there, by their names. @param {Iterable<string>} names */
function readResults(names) {
  const fileOf = (name) => join(RESULTS, `${name}.json`);
  const there = [...names].filter((name) => existsSync(fileOf(name)));
  return Object.fromEntries(there.map((name) => [name, JSON.parse(readFileSync(fileOf(name), "utf8"))]));
}

await runScript(async () => {
  const page = join(ROOT, "benchmarks", "README.md");
  const pageText = readFileSync(page, "utf8");
  const results = readResults(new Set([...TOLD, ...placesOf(pageText)]));
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
  writeFileSync(page, fillPage(pageText, results));
  console.log("mlserve: wrote the figures of README.md and benchmarks/README.md");
});
