import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openTerminal, type Terminal } from "./terminal.js";

let terminal: Terminal;
beforeAll(() => {
  terminal = openTerminal();
});
afterAll(() => terminal[Symbol.dispose]());

const at = (...path: string[]): string => join(terminal.cwd, ...path);
const OWN = [".gitignore", ".npmrc", "README.md", "mlserve.yaml", "package.json", "request.json"];

describe("init", () => {
  it.each([
    { template: "function", others: ["classifier.ts", "predict.ts", "test/predict.test.mjs", "tsconfig.json"] },
    { template: "onnx", others: ["model.onnx", "test/cases.jsonl"] },
    { template: "tfjs", others: ["model/model.json", "model/weights.bin", "test/cases.jsonl"] },
  ])("makes a project from the template $template", async ({ template, others }) => {
    const { code, stdout, stderr, left } = await terminal.run(["init", template, "-t", template, "--json"]);
    expect({ code, stderr, left }).toEqual({ code: 0, stderr: "", left: [] });
    const made = JSON.parse(stdout);
    expect(made).toMatchObject({ name: template, template, folder: template });
    expect(new Set(made.files)).toEqual(new Set([...OWN, ...others]));
    expect(made.files.filter((name: string) => !existsSync(at(template, name)))).toEqual([]);
    expect(made.next).toEqual([`cd ${template}`, "npm install", "npm test", "npm run dev", "npm run pack"]);
    for (const name of ["README.md", "mlserve.yaml"])
      expect(readFileSync(at(template, name), "utf8")).toMatch(new RegExp(`^(# |  name: ")${template}"?$`, "m"));
  });

  it("says what it made, what to do next, and what else there is", async () => {
    const { stdout } = await terminal.run(["init", "My model", "--template", "onnx"], { columns: 80 });
    const lines = stdout.trimEnd().split("\n");
    expect(lines[0]).toMatch(/^made my-model from the template onnx: /);
    expect(lines).toEqual(expect.arrayContaining(["  model.onnx", "  cd 'My model'", "  npm install"]));
    expect(lines.slice(-3)).toEqual([
      "other templates:",
      expect.stringMatching(/^ {2}--template function /),
      expect.stringMatching(/^ {2}--template tfjs /),
    ]);
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
  });

  it("makes it where it runs, beside a repository that has nothing in it yet", async () => {
    const folder = openTerminal();
    mkdirSync(join(folder.cwd, ".git"));
    const { code, stdout } = await folder.run(["init", "--quiet"]);
    expect({ code, files: stdout.trimEnd().split("\n") }).toMatchObject({
      code: 0,
      files: expect.arrayContaining(["predict.ts"]),
    });
    expect(JSON.parse(readFileSync(join(folder.cwd, "package.json"), "utf8"))).toMatchObject({
      name: "work",
      dependencies: { mlserve: expect.stringMatching(/^\^\d+\.\d+\.\d+$/) },
    });
    folder[Symbol.dispose]();
  });

  it.each([
    {
      name: "a folder with something in it",
      argument: "full",
      says: /"full": the folder is not empty: it has "a"\. Name/,
    },
    { name: "a file", argument: "full/a", says: /"full\/a": is a file\. Name/ },
    { name: "a folder below a file", argument: "full/a/b", says: /"full\/a\/b": is a file\. Name/ },
  ])("refuses $name, which it leaves as it is", async ({ argument, says }) => {
    mkdirSync(at("full"), { recursive: true });
    writeFileSync(at("full", "a"), "mine");
    const { code, stdout, stderr } = await terminal.run(["init", argument]);
    expect({ code, stdout, stderr }).toEqual({ code: 2, stdout: "", stderr: expect.stringMatching(says) });
    expect([readdirSync(at("full")), readFileSync(at("full", "a"), "utf8")]).toEqual([["a"], "mine"]);
  });

  it.runIf(process.platform === "linux")("leaves nothing where it cannot write all of it", async () => {
    // Linux takes paths of up to 4095 bytes: the first files have names that fit, later ones have not.
    const room = 4083 - Buffer.byteLength(terminal.cwd);
    const folder = "/long/name".repeat(500).slice(1, room).replace(/\/$/, "x");
    mkdirSync(at(dirname(dirname(folder))), { recursive: true });
    const { code, stderr } = await terminal.run(["init", folder]);
    expect({ code, stderr }).toEqual({ code: 5, stderr: expect.stringMatching(/the name is too long/) });
    expect(readdirSync(at(dirname(dirname(folder))))).toEqual([]);
  });
});
