/*
 * npm run figures: writes the figures of README.md from benchmarks/results. Results that were measured with other code
 * than what is there now are refused: measure them again first. tests/scripts/figures.test.ts compares README with them.
 */
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { figuresText } from "./figures-text.mjs";
import { Failure, ROOT, runScript } from "./processes.mjs";

const RESULTS = join(ROOT, "benchmarks", "results");
const REQUEST = ["core", "http", "codec", "flavors", "pipeline", "workers", "serve"].map((folder) => `src/${folder}`);

/** The code that each result says something about; the whole of it where nothing is said. */
const MEASURED_CODE = {
  http: REQUEST,
  workers: REQUEST,
  compare: REQUEST,
  memory: REQUEST,
  decode: ["src/core", "src/codec/decode"],
  encode: ["src/core", "src/codec/encode"],
  offline: ["src/core", "src/codec", "src/flavors", "src/offline"],
  pack: ["src/format", "src/pack"],
};

/** Why a result says nothing of the present code; undefined where it does. */
function staleness(name, { commit, changed }) {
  if (commit === null) return "measured outside of a checkout of git";
  if (changed === true) return "measured with changes that were not committed";
  const paths = MEASURED_CODE[name] ?? ["src", "cli"];
  const { status } = spawnSync("git", ["diff", "--quiet", commit, "--", ...paths], { cwd: ROOT });
  if (status === 0) return undefined;
  return status === 1 ? `${paths.join(", ")} changed since ${commit.slice(0, 10)}` : `there is no commit ${commit}`;
}

/** All of them by the names of their files. */
function readResults() {
  const names = readdirSync(RESULTS).filter((name) => name.endsWith(".json"));
  return Object.fromEntries(
    names.map((name) => [name.replace(/\.json$/, ""), JSON.parse(readFileSync(join(RESULTS, name), "utf8"))]),
  );
}

await runScript(async () => {
  const results = readResults();
  const stale = Object.entries(results).flatMap(([name, { machine }]) => {
    const reason = staleness(name, machine);
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
