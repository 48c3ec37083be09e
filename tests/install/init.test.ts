import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ROOT } from "./checkout.js";
import { type Outcome, preparedFile, runNode } from "./programs.js";
import { askServer } from "./served-example.js";

const NPM = preparedFile("MLSERVE_TEST_NPM_11");
/** What README tells users of npm 10 and 11; a project that was made says so itself, in its .npmrc. */
const README_LINE = { ONNXRUNTIME_NODE_INSTALL: "skip" };
const NODES = ["20", "24"].map((major) => ({ major, node: preparedFile(`MLSERVE_TEST_NODE_${major}`) }));
const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));

let folder: string;
const tarball = (): string => join(folder, `mlserve-${version}.tgz`);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "mlserve-init-"));
  // What is tested was built before the tests began.
  const args = [NPM, "pack", "--ignore-scripts", "--pack-destination", folder];
  expect(await runNode(args, { cwd: ROOT })).toMatchObject({ code: 0 });
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe.each([
  { template: "function", passed: /^(#|ℹ) pass 3$/m, answer: [{ species: "setosa" }, { species: "virginica" }] },
  { template: "onnx", passed: /^3 passed$/m, answer: { output_label: [0, 2] } },
  { template: "tfjs", passed: /^3 passed$/m, answer: { spiral: expect.any(Array) } },
])("a project that npx made from the template $template", ({ template, passed, answer }) => {
  const project = (): string => join(folder, `my ${template}`);
  const npm = (args: readonly string[], node: string = process.execPath): Promise<Outcome> => {
    // Scripts run the first node of the path.
    const env = { PATH: `${dirname(node)}${delimiter}${process.env.PATH}` };
    return runNode([NPM, ...args], { cwd: project(), node, env });
  };

  it("is made and installed", async () => {
    const init = ["--", "mlserve", "init", `my ${template}`, "--template", template];
    const made = await runNode([NPM, "exec", "--yes", `--package=${tarball()}`, ...init], {
      cwd: folder,
      env: README_LINE,
    });
    expect(made).toMatchObject({ code: 0, stdout: expect.stringMatching(/^made my-/) });
    // The version that its package.json asks for may not be published yet.
    expect(await npm(["install", "--no-audit", "--no-fund", tarball()])).toMatchObject({ code: 0, stderr: "" });
  });

  it.each(NODES)("passes its test on Node $major", async ({ node }) => {
    const { code, stdout } = await npm(["test"], node);
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(passed) });
  });

  it("is packed, and its package answers", async () => {
    expect(await npm(["run", "pack"])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/self-test {2}recorded/),
    });
    const cli = join(project(), "node_modules", "mlserve", "dist", "cli", "main.js");
    const ask = async (url: string): Promise<unknown> => {
      const headers = { "content-type": "application/json" };
      const body = readFileSync(join(project(), "request.json"));
      return (await fetch(`${url}/invocations`, { method: "POST", headers, body })).json();
    };
    const served = await askServer([cli, "serve", "model.tar", "--port", "0"], { cwd: project(), ask });
    expect(served).toMatchObject({ answer: { predictions: answer }, exitCode: 0 });
  });
});
