import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { ensureNode, ensureNpm } from "./other-versions.mjs";
import { ROOT, runNode } from "./processes.mjs";

/** Where each suite leaves vitest's report. */
export const REPORTS = join(ROOT, ".cache", "reports");

const ONNX_TESTS = ["tests/flavors/onnx", "tests/golden"];

/** Every suite: `needs` is "node" for those of `npm test`, "more" for those that `npm run test:all` adds. */
export const SUITES = [
  { name: "tests", needs: "node", run: (filters) => runVitest("tests", filters) },
  { name: "onnx on Node 22", needs: "more", run: () => runOnNode("22") },
  { name: "onnx on Node 24", needs: "more", run: () => runOnNode("24") },
  { name: "install", needs: "more", run: runInstall },
  { name: "clone", needs: "more", run: () => runVitest("clone", ["--mode", "clone"]) },
];

async function runOnNode(major) {
  const node = await ensureNode(major);
  if (node === undefined) return skip(`npm has no Node ${major} for this system`);
  return await runVitest(`onnx on Node ${major}`, ONNX_TESTS, { node });
}

/** The tests get the other versions by variables, so that they install nothing behind anyone's back. */
async function runInstall() {
  const [npm10, npm11, node20, node24] = [
    await ensureNpm("10"),
    await ensureNpm("11"),
    await ensureNode("20"),
    await ensureNode("24"),
  ];
  const env = {
    ...process.env,
    MLSERVE_TEST_NPM_10: npm10,
    MLSERVE_TEST_NPM_11: npm11,
    MLSERVE_TEST_NODE_20: node20,
    MLSERVE_TEST_NODE_24: node24,
  };
  return await runVitest("install", ["--mode", "install"], { env });
}

async function runVitest(name, args, options = {}) {
  const report = join(REPORTS, `${name.replaceAll(" ", "-")}.json`);
  mkdirSync(REPORTS, { recursive: true });
  rmSync(report, { force: true });
  const vitest = join(ROOT, "node_modules", "vitest", "vitest.mjs");
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  const code = await runNode([vitest, "run", ...reporters, ...args], options);
  return { code, report };
}

function skip(reason) {
  return { code: 0, skipped: reason };
}
