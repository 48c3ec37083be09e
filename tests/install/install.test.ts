import { createHash } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BUILTIN_FLAVORS } from "../../src/flavors/builtin.js";
import { copyCheckout, ROOT } from "./checkout.js";
import { PROGRAMS, RESOLUTIONS, TYPED_PROGRAMS } from "./consumer-programs.js";
import { type Outcome, preparedFile, runNode, runProgram } from "./programs.js";
import { askServer } from "./served-example.js";
import { shrinkingCommands, sizeOf, statedSize } from "./stated-size.js";

const NODES = ["20", "22", "24"].map((major) => ({ major, file: preparedFile(`MLSERVE_TEST_NODE_${major}`) }));
/** What README tells users of the package; npm 12 leaves install scripts off by itself. */
const README_LINE = { ONNXRUNTIME_NODE_INSTALL: "skip" };
/** Each with a Node of its own, and other pairs than those of npx.test.ts. npm 12 needs a later one than 20. */
const NPMS = [
  {
    major: "10",
    file: preparedFile("MLSERVE_TEST_NPM_10"),
    node: preparedFile("MLSERVE_TEST_NODE_24"),
    env: README_LINE,
  },
  {
    major: "11",
    file: preparedFile("MLSERVE_TEST_NPM_11"),
    node: preparedFile("MLSERVE_TEST_NODE_20"),
    env: README_LINE,
  },
  { major: "12", file: preparedFile("MLSERVE_TEST_NPM_12"), node: preparedFile("MLSERVE_TEST_NODE_22"), env: {} },
];
/** Today's compiler, and the last one before it. */
const COMPILERS = [
  { typescript: "7", file: join(ROOT, "node_modules/typescript/bin/tsc") },
  { typescript: "5.9", file: join(ROOT, "tools/node_modules/typescript/bin/tsc") },
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
    expect(await runNode(["-e", LOADS_RUNTIME], { cwd: cwd(), node })).toEqual({
      code: 0,
      stdout: "function\n",
      stderr: "",
    });
  });

  it("builds, and runs pre and post scripts", async () => {
    const outcome = await npm("pack", "--json", "--pack-destination", folder);
    expect(outcome).toMatchObject({ code: 0 });
    expect(await runNode(["dist/cli/main.js", "--version"], { cwd: cwd(), node })).toEqual({
      code: 0,
      stdout: `${version}\n`,
      stderr: "",
    });
  });

  it("packs and serves the example", async () => {
    const cli = join(cwd(), "dist/cli/main.js");
    expect(await runNode([cli, "pack", "examples/iris/model", "-o", "iris.tar"], { cwd: cwd(), node })).toMatchObject({
      code: 0,
      stderr: "",
    });
    const served = await askServer([cli, "serve", "iris.tar", "--port", "0"], { cwd: cwd(), node });
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
    expect(await runNode(["-e", LOADS_RUNTIME], { cwd: cwd(), node })).toEqual({
      code: 0,
      stdout: "function\n",
      stderr: "",
    });
  });

  it.each(Object.entries(PROGRAMS))("is a library for %s", async (name, program) => {
    writeFileSync(join(cwd(), name), program);
    const outcome = await runNode([name], { cwd: cwd(), node });
    expect(outcome).toEqual({ code: 0, stdout: `${BUILTIN_FLAVORS.length}\n`, stderr: "" });
  });

  it("packs and serves a model", async () => {
    cpSync(join(ROOT, "examples/iris/model"), join(cwd(), "model"), { recursive: true });
    const cli = join(cwd(), "node_modules/mlserve/dist/cli/main.js");
    expect(await runNode([cli, "pack", "model", "-o", "iris.tar.gz"], { cwd: cwd(), node })).toMatchObject({
      code: 0,
      stderr: "",
    });
    const served = await askServer([cli, "serve", "iris.tar.gz", "--port", "0"], { cwd: cwd(), node });
    expect(served).toMatchObject({ answer: ANSWER, exitCode: 0 });
  });
});

describe("the installed package", () => {
  const cwd = (): string => packageOf("12");
  const modules = (): string => join(cwd(), "node_modules");

  it.each([
    { what: "with all that it depends on, installed", folder: "." },
    { what: "of that, onnxruntime-node", folder: "onnxruntime-node" },
  ])("is as large as docs/install.md says: $what", ({ what, folder: inside }) => {
    expect(Math.abs(sizeOf(join(modules(), inside)) / statedSize(what) - 1)).toBeLessThan(0.05);
  });

  it.runIf(process.platform === "linux" && process.arch === "x64")("gets smaller as it says, and works", async () => {
    expect(await runProgram(["sh", "-ec", shrinkingCommands()], { cwd: cwd() })).toMatchObject({ code: 0, stderr: "" });
    const stated = statedSize("in an image, with the library of one system");
    expect(Math.abs(sizeOf(modules()) / stated - 1)).toBeLessThan(0.05);
    cpSync(join(ROOT, "examples/iris/request.json"), join(cwd(), "request.json"));
    const asked = ["node_modules/mlserve/dist/cli/main.js", "predict", "iris.tar.gz", "-i", "request.json"];
    const { stdout } = await runNode(asked, { cwd: cwd() });
    expect(JSON.parse(stdout)).toMatchObject(ANSWER);
  });
});

describe.each(COMPILERS)("the types of the packed tarball in TypeScript $typescript", ({ file }) => {
  it.each(RESOLUTIONS)("are found by $moduleResolution in $file", async ({ file: name, module, moduleResolution }) => {
    const cwd = packageOf("11");
    writeFileSync(join(cwd, name), TYPED_PROGRAMS[name]);
    // The declarations of the package are checked too, and what they import.
    const strict = ["--noEmit", "--strict", "--skipLibCheck", "false", "--target", "es2022", "--types", "node"];
    const found = [...strict, "--module", module, "--moduleResolution", moduleResolution, name];
    expect(await runNode([file, ...found], { cwd })).toEqual({ code: 0, stdout: "", stderr: "" });
  });
});

describe.each(["iris.tar", "iris.tar.gz"])("the bytes of %s", (name) => {
  it("are the same from every checkout, twice, and on every Node", async () => {
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
