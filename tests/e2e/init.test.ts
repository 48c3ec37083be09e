import { execFile } from "node:child_process";
import { mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CLI, openWorkplace, ROOT, type Workplace } from "./built-cli.js";

let workplace: Workplace;
beforeAll(() => {
  workplace = openWorkplace();
});
afterAll(() => workplace[Symbol.dispose]());

/** What `npm install` would make, from what is installed here. */
function linkPackages(project: string): void {
  const modules = join(project, "node_modules");
  mkdirSync(join(modules, ".bin"), { recursive: true });
  symlinkSync(CLI, join(modules, ".bin", "mlserve"));
  symlinkSync(ROOT, join(modules, "mlserve"), "junction");
  for (const name of ["zod", "@tensorflow"])
    symlinkSync(join(ROOT, "node_modules", name), join(modules, name), "junction");
}

async function npm(project: string, ...args: readonly string[]): Promise<string> {
  const env = { PATH: process.env.PATH, HOME: project, TMPDIR: process.env.TMPDIR };
  const { stdout } = await promisify(execFile)("npm", args, { cwd: project, env });
  return stdout;
}

/** What docs/getting-started.md shows. */
const guide = readFileSync(join(ROOT, "docs/getting-started.md"), "utf8");
const SHOWN = JSON.parse(/^```json\n(.*?)^```$/ms.exec(guide)?.[1] ?? "");

const LABELS = { predictions: { output_label: [0, 2] } };

describe.each([
  { template: "function", model: "predict.ts", test: /^(#|ℹ) pass 3$/m, answer: SHOWN },
  { template: "onnx", model: "model.onnx", test: /^3 passed$/m, answer: LABELS },
  { template: "tfjs", model: "model", test: /^3 passed$/m, answer: { predictions: { spiral: expect.any(Array) } } },
])("a project made from the template $template", ({ template, model, test, answer }) => {
  const project = (): string => join(workplace.cwd, `${template} of mine`);

  it("passes its own test", async () => {
    expect(await workplace.run(["init", project(), "--template", template])).toMatchObject({ code: 0, stderr: "" });
    linkPackages(project());
    expect(await npm(project(), "test")).toMatch(test);
  });

  it("is packed", async () => {
    const printed = await npm(project(), "run", "pack");
    expect(printed).toMatch(new RegExp(`^packed ${template}-of-mine into model\\.tar$`, "m"));
    expect(printed).toMatch(/^ {2}self-test {2}recorded$/m);
  });

  it.each(["model.tar", model])("answers from %s", async (source) => {
    const served = workplace.start(["serve", join(project(), source), "--port", "0"]);
    const [, url] = await served.find(/ at (http:\S+) /);
    const headers = { "content-type": "application/json" };
    const body = readFileSync(join(project(), "request.json"));
    const response = await fetch(`${url}/invocations`, { method: "POST", headers, body });
    expect([response.status, await response.json()]).toMatchObject([200, answer]);
    served.child.kill("SIGTERM");
    expect(await served.ended).toMatchObject({ code: 0, left: [] });
  });
});
