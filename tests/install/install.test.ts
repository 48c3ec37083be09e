import { createHash } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { copyCheckout, ROOT } from "./checkout.js";
import { type Outcome, preparedFile, runNode } from "./programs.js";
import { askServer } from "./served-example.js";

const NODES = [
  { major: "20", file: preparedFile("MLSERVE_TEST_NODE_20") },
  { major: "24", file: preparedFile("MLSERVE_TEST_NODE_24") },
];
/** What README tells users of the package; npm 12 leaves install scripts off by itself. */
const README_LINE = { ONNXRUNTIME_NODE_INSTALL: "skip" };
const NPMS = [
  { major: "10", file: preparedFile("MLSERVE_TEST_NPM_10"), node: process.execPath, env: README_LINE },
  { major: "11", file: preparedFile("MLSERVE_TEST_NPM_11"), node: process.execPath, env: README_LINE },
  // It needs a later Node than the oldest that mlserve runs on.
  { major: "12", file: preparedFile("MLSERVE_TEST_NPM_12"), node: preparedFile("MLSERVE_TEST_NODE_24"), env: {} },
];

const LOADS_RUNTIME = 'const ort = require("onnxruntime-node"); console.log(typeof ort.InferenceSession.create);';
const ANSWER = { predictions: [{ output_label: 0 }, { output_label: 2 }] };
const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));

let folder: string;
const checkoutOf = (major: string): string => join(folder, `checkout with npm ${major}`);
const packageOf = (major: string): string => join(folder, `package with npm ${major}`);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "mlserve-install-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe.each(NPMS)("a checkout with npm $major", ({ major, file, node }) => {
  const cwd = (): string => checkoutOf(major);
  const npm = (...args: string[]): Promise<Outcome> => runNode([file, ...args], { cwd: cwd(), node });

  it("installs without a warning", async () => {
    copyCheckout(cwd());
    const { code, stderr } = await npm("ci", "--no-audit");
    expect({ code, warnings: warningsOf(stderr) }).toEqual({ code: 0, warnings: [] });
  });

  it("loads the runtime", async () => {
    expect(await runNode(["-e", LOADS_RUNTIME], { cwd: cwd() })).toEqual({ code: 0, stdout: "function\n", stderr: "" });
  });

  it("builds, and runs pre and post scripts", async () => {
    const outcome = await npm("pack", "--json", "--pack-destination", folder);
    expect(outcome).toMatchObject({ code: 0 });
    expect(await runNode(["dist/cli/main.js", "--version"], { cwd: cwd() })).toEqual({
      code: 0,
      stdout: `${version}\n`,
      stderr: "",
    });
  });

  it("packs and serves the example", async () => {
    const cli = join(cwd(), "dist/cli/main.js");
    expect(await runNode([cli, "pack", "examples/iris/model", "-o", "iris.tar"], { cwd: cwd() })).toMatchObject({
      code: 0,
      stderr: "",
    });
    const served = await askServer([cli, "serve", "iris.tar", "--port", "0"], { cwd: cwd() });
    expect(served).toMatchObject({ answer: ANSWER, exitCode: 0 });
  });
});

describe.each(NPMS)("the packed tarball with npm $major", ({ major, file, node, env }) => {
  const cwd = (): string => packageOf(major);
  const tarball = (): string => join(folder, `mlserve-${version}.tgz`);
  const npm = (...args: string[]): Promise<Outcome> => runNode([file, ...args], { cwd: cwd(), node, env });

  it("installs", async () => {
    mkdirSync(cwd(), { recursive: true });
    writeFileSync(join(cwd(), "package.json"), "{}");
    expect(await npm("install", "--no-audit", tarball())).toMatchObject({ code: 0 });
  });

  it("loads the runtime", async () => {
    expect(await runNode(["-e", LOADS_RUNTIME], { cwd: cwd() })).toEqual({ code: 0, stdout: "function\n", stderr: "" });
  });

  it("answers to npx", async () => {
    const outcome = await runNode([file, "exec", "--yes", `--package=${tarball()}`, "--", "mlserve", "--version"], {
      cwd: folder,
      node,
      env,
    });
    expect(outcome).toMatchObject({ code: 0, stdout: `${version}\n` });
  });

  it("is a library whose public API can be imported", async () => {
    const script =
      'import * as api from "mlserve"; console.log(["createApp", "loadModel", "openModel", "pack"].filter((name) => typeof api[name] !== "function"));';
    expect(await runNode(["--input-type=module", "-e", script], { cwd: cwd() })).toEqual({
      code: 0,
      stdout: "[]\n",
      stderr: "",
    });
  });

  it("packs and serves a model", async () => {
    cpSync(join(ROOT, "examples/iris/model"), join(cwd(), "model"), { recursive: true });
    const cli = join(cwd(), "node_modules/mlserve/dist/cli/main.js");
    expect(await runNode([cli, "pack", "model", "-o", "iris.tar.gz"], { cwd: cwd() })).toMatchObject({
      code: 0,
      stderr: "",
    });
    const served = await askServer([cli, "serve", "iris.tar.gz", "--port", "0"], { cwd: cwd() });
    expect(served).toMatchObject({ answer: ANSWER, exitCode: 0 });
  });
});

describe.each(["iris.tar", "iris.tar.gz"])("the bytes of %s", (name) => {
  it("are the same from every checkout, twice, and on Node 20 and 24", async () => {
    const digests: string[] = [];
    for (const npm of NPMS) {
      for (const node of NODES) {
        for (const attempt of ["first", "second"])
          digests.push(await packAndHash(checkoutOf(npm.major), node.file, `${attempt}-${node.major}-${name}`));
      }
    }
    expect(digests).toHaveLength(NPMS.length * NODES.length * 2);
    expect(new Set(digests).size).toBe(1);
  });
});

async function packAndHash(cwd: string, node: string, output: string): Promise<string> {
  const outcome = await runNode(["dist/cli/main.js", "pack", "examples/iris/model", "--name", "iris", "-o", output], {
    cwd,
    node,
  });
  expect(outcome).toMatchObject({ code: 0, stderr: "" });
  return createHash("sha256")
    .update(readFileSync(join(cwd, output)))
    .digest("hex");
}

/** npm's own news of a newer npm are no warning about us. */
function warningsOf(stderr: string): string[] {
  return stderr.split("\n").filter((line) => line.trim() !== "" && !/^npm notice/.test(line));
}
