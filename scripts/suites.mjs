import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { openDocker } from "./docker-machine.mjs";
import { ensureInstalled } from "./ensure-installed.mjs";
import { ensureNode, ensureNpm } from "./other-versions.mjs";
import { ROOT, runNode } from "./processes.mjs";
import { ensurePython } from "./python-environment.mjs";
import { skipWithout } from "./required-parts.mjs";

/** Where each suite leaves vitest's report. */
export const REPORTS = join(ROOT, ".cache", "reports");

/** What depends on the version of Node: runtimes, worker processes, what they answer, and modules of the user's. */
const RUNTIME_TESTS = [
  ...["tests/flavors", "tests/golden", "tests/workers", "tests/conformance"],
  "tests/e2e/flavor-module.test.ts",
];

/** Every suite: `needs` is "node" for those of `npm test`, "more" for those that `npm run test:all` adds. */
export const SUITES = [
  { name: "tests", needs: "node", run: (filters) => runVitest("tests", filters) },
  { name: "flavors on Node 22", needs: "more", run: () => runOnNode("22") },
  { name: "flavors on Node 24", needs: "more", run: () => runOnNode("24") },
  { name: "install", needs: "more", run: runInstall },
  { name: "pages", needs: "more", run: () => runVitest("pages", ["--mode", "pages"]) },
  { name: "reference", needs: "more", run: runReference },
  { name: "fuzz", needs: "more", run: () => runVitest("fuzz", ["--mode", "fuzz"]) },
  { name: "big files", needs: "more", run: () => runVitest("big files", ["--mode", "big"]) },
  { name: "clone", needs: "more", run: () => runVitest("clone", ["--mode", "clone"]) },
  { name: "interop", needs: "more", run: runInterop },
  { name: "docker", needs: "more", run: runDocker },
];

async function runOnNode(major) {
  const node = await ensureNode(major);
  if (node === undefined) return skip(`npm has no Node ${major} for this system`);
  return await runVitest(`flavors on Node ${major}`, RUNTIME_TESTS, { node });
}

/** The tests get the other versions by variables, so that they install nothing behind anyone's back. */
async function runInstall() {
  await ensureInstalled("tools");
  const env = { ...process.env };
  for (const major of ["10", "11", "12"]) env[`MLSERVE_TEST_NPM_${major}`] = await ensureNpm(major);
  for (const major of ["20", "22", "24"]) {
    const node = await ensureNode(major);
    if (node === undefined) return skip(`npm has no Node ${major} for this system`);
    env[`MLSERVE_TEST_NODE_${major}`] = node;
  }
  return await runVitest("install", ["--mode", "install"], { env });
}

/** What the API reference is made with is installed for it. */
async function runReference() {
  await ensureInstalled("tools");
  return await runVitest("reference", ["--mode", "reference"]);
}

/** Against Python's own MLflow, in an environment made for it. */
async function runInterop() {
  const python = await ensurePython(join(ROOT, "tests", "interop", "requirements.txt"));
  if (python === undefined) return skipWithout("python", "Python 3.11 or later was not found");
  const env = { ...process.env, MLSERVE_TEST_PYTHON: python };
  return await runVitest("interop", ["--mode", "interop"], { env });
}

/** Images that are built and run, by a docker daemon that is started for it. */
async function runDocker(filters) {
  const docker = await openDocker();
  if (docker.missing !== undefined) return skipWithout("docker", docker.missing);
  const manifests = await ensurePython(join(ROOT, "tests", "docker", "requirements.txt"));
  const env = { ...process.env, ...docker.env, ...(manifests === undefined ? {} : { MLSERVE_TEST_PYTHON: manifests }) };
  try {
    return await runVitest("docker", ["--mode", "docker", ...filters], { env });
  } finally {
    await docker.close();
  }
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
