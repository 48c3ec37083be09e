import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { bundleFunction } from "../../../src/pack/function/bundle.js";
import { writeFiles } from "../../support/function-model.js";
import { failureOf } from "../../support/onnx-folder.js";
import { useTemporaryFolder } from "../../support/temporary-folder.js";

const folder = useTemporaryFolder();

type Sources = Readonly<Record<string, string>>;

/** Bundles sources, runs the bundle where nothing else lies, and gives what its function answers. */
async function run(sources: Sources, entry: string): Promise<unknown> {
  const { code } = await bundleFunction(writeFiles(join(folder.path, "source"), sources), entry);
  const file = join(writeFiles(join(folder.path, "alone"), { "predict.mjs": code }), "predict.mjs");
  const { default: predict } = await import(pathToFileURL(file).href);
  return predict();
}

describe("a bundle", () => {
  it.each<{ name: string; sources: Sources; entry: string; answer: unknown }>([
    {
      name: "takes the types out of TypeScript",
      entry: "predict.ts",
      sources: { "predict.ts": "const n: number = 1;\nexport default (): number => n;" },
      answer: 1,
    },
    {
      name: "holds what the function imports",
      entry: "predict.ts",
      sources: {
        "predict.ts": 'import { n } from "./lib/n";\nexport default () => n;',
        "lib/n.ts": "export const n = 2;",
      },
      answer: 2,
    },
    {
      name: "holds packages, CommonJS among them, that ask for modules of Node",
      entry: "predict.mjs",
      sources: {
        "predict.mjs": 'import join from "dep";\nexport default () => join("a", "b");',
        "node_modules/dep/package.json": '{ "main": "main.js" }',
        "node_modules/dep/main.js":
          'const { posix } = require("path");\nmodule.exports = (...parts) => posix.join(...parts);',
      },
      answer: "a/b",
    },
    {
      name: "makes an ES module of CommonJS",
      entry: "predict.js",
      sources: { "predict.js": 'module.exports = () => require("./data.json").n;', "data.json": '{ "n": 3 }' },
      answer: 3,
    },
    {
      name: "goes without a package that is asked for in a try",
      entry: "predict.js",
      sources: { "predict.js": 'let n = 4; try { n = require("nowhere"); } catch {}\nmodule.exports = () => n;' },
      answer: 4,
    },
  ])("$name", async ({ sources, entry, answer }) => {
    expect(await run(sources, entry)).toEqual(answer);
  });

  it("has the same bytes in every folder, and no path of it", async () => {
    const sources = {
      "app/predict.ts": 'import dep from "dep";\nimport { far } from "../../far";\nexport default () => dep + far;',
      "node_modules/dep/index.js": "/*! Licence of dep */\nmodule.exports = 1;",
      "../far.ts": "export const far = 2;",
    };
    const bundles: string[] = [];
    for (const place of ["one/a", "two/deeper/than/b"]) {
      const root = join(folder.path, place);
      mkdirSync(root, { recursive: true });
      const { code, sources: made } = await bundleFunction(join(writeFiles(root, sources), "app"), "predict.ts");
      bundles.push(Buffer.from(code).toString());
      expect(new Set(made)).toEqual(new Set(Object.keys(sources).map((name) => join(root, name))));
    }
    const [first = "", second] = bundles;
    expect(first).toBe(second);
    const map = Buffer.from(first.split("base64,")[1] ?? "", "base64").toString();
    expect(first + map).not.toContain("..");
    expect(JSON.parse(map).sources).toEqual(
      expect.arrayContaining(["predict.ts", "node_modules/dep/index.js", "outside/far.ts"]),
    );
    expect(first).toContain("Licence of dep");
  });
});

describe("what cannot be bundled is refused with file and line:", () => {
  it.each<{ name: string; sources: Sources; message: RegExp }>([
    {
      name: "a syntax error",
      sources: { "predict.ts": "export default () => {\n  return (1;\n}" },
      message: /^predict\.ts:2:12: Expected "\)" but found ";"$/,
    },
    {
      name: "a file that is not there",
      sources: { "predict.ts": 'import "./none";' },
      message: /^predict\.ts:1:8: there is no file "\.\/none"$/,
    },
    {
      name: "a package that is not installed",
      sources: { "predict.ts": '\nimport x from "left-pad-of-nobody";\nexport default x;' },
      message: /^predict\.ts:2:15: cannot find "left-pad-of-nobody"\. Install it/,
    },
    {
      name: "a native library",
      sources: { "predict.ts": 'import x from "./a.node";\nexport default x;', "a.node": "" },
      message: /^predict\.ts:1:15: "a\.node" is a native module, .*load\(\{ open \}\)/,
    },
    {
      name: "a package that looks for a native library",
      sources: {
        "predict.ts": 'import x from "dep";\nexport default x;',
        "node_modules/dep/index.js": 'module.exports = require("bindings")("dep");',
      },
      message: /^node_modules\/dep\/index\.js:1:26: "bindings" is a native module/,
    },
    {
      name: "a require of what is only known when it runs",
      sources: { "predict.js": "module.exports = (name) => require(name);" },
      message: /^predict\.js:1:28: this require names what is only known when it runs/,
    },
    {
      name: "an import of what is only known when it runs",
      sources: { "predict.ts": "export default (name: string) => import(name);" },
      message: /^predict\.ts:1:34: this import names what is only known when it runs/,
    },
  ])("$name", async ({ sources, message }) => {
    const [entry = ""] = Object.keys(sources);
    const error = await failureOf(bundleFunction(writeFiles(folder.path, sources), entry));
    expect(error).toMatchObject({ kind: "invalid_model", message: expect.stringMatching(message) });
    expect(error.message).not.toContain(folder.path);
  });
});
