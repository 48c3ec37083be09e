import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { layerOf, parseLayers } from "./architecture/layers.js";
import { faultsOf, mirroredPaths, RULES, type RuleName } from "./architecture/rules.js";
import { readSource } from "./architecture/source-file.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const read = (path: string): string => readFileSync(`${root}/${path}`, "utf8");
const layers = parseLayers(read("docs/architecture.md"));

function typescriptFiles(folder: string): string[] {
  const names = readdirSync(`${root}/${folder}`, { recursive: true, encoding: "utf8" });
  return names.filter((name) => name.endsWith(".ts")).map((name) => `${folder}/${name.replaceAll("\\", "/")}`);
}

const sources = [...typescriptFiles("src"), ...typescriptFiles("cli")];

describe("the project", () => {
  it("has a row in the table of layers for every folder", () => {
    expect(new Set(sources.map(layerOf))).toEqual(new Set(layers.keys()));
  });

  it("names only folders of the table in its rows", () => {
    const named = [...layers.values()].flatMap((allowed) => (allowed === "everything" ? [] : [...allowed]));
    expect(named.filter((name) => !layers.has(name))).toEqual([]);
  });

  it.each(sources)("keeps the rules in %s", (path) => {
    expect(faultsOf(readSource(path, read(path)), layers)).toEqual([]);
  });

  it("keeps tests where the files they test are", () => {
    const stray = typescriptFiles("tests")
      .filter((path) => path.endsWith(".test.ts"))
      .filter((path) => mirroredPaths(path, layers)?.every((mirrored) => !existsSync(`${root}/${mirrored}`)));
    expect(stray).toEqual([]);
  });
});

describe("biome.json", () => {
  const { overrides } = JSON.parse(read("biome.json"));
  const limited = [...layers].filter(([, allowed]) => allowed !== "everything");

  it.each(limited)("restricts the imports of %s as the table does", (layer, allowed) => {
    const override = overrides.find((entry: { includes: string[] }) => entry.includes.includes(`src/${layer}/**`));
    const [{ group }] = override.linter.rules.style.noRestrictedImports.options.patterns;
    const forbidden = [...layers.keys()].filter((name) => name !== layer && !new Set(allowed).has(name));
    const patterns = forbidden.map((name) => (name === "index.ts" ? "**/index.js" : `**/${name}/**`));
    expect(new Set(group)).toEqual(new Set(patterns));
  });
});

const TABLE = `
## Layers

| folder | may import |
|---|---|
| \`core\` | nothing |
| \`http\` | \`core\` |
| \`flavors\` | \`core\` |
| \`cli\` | everything |
| \`index.ts\` | everything |

## Next
| \`hidden\` | everything |
`;

interface Case {
  readonly rule: RuleName;
  readonly path: string;
  readonly text: string;
}

const BROKEN: readonly Case[] = [
  { rule: "layers", path: "src/core/a.ts", text: 'import { b } from "../http/b.js";' },
  { rule: "layers", path: "src/core/a.ts", text: 'import type { B } from "../http/b.js";' },
  { rule: "layers", path: "src/core/a.ts", text: 'export { b } from "../http/b.js";' },
  { rule: "layers", path: "src/core/a.ts", text: 'export * from "../http/b.js";' },
  { rule: "layers", path: "src/core/a.ts", text: 'export const b = async () => import("../http/b.js");' },
  { rule: "layers", path: "src/core/a.ts", text: 'export type B = import("../http/b.js").B;' },
  { rule: "layers", path: "src/core/deep/er/a.ts", text: 'import { b } from "../../../http/b.js";' },
  { rule: "layers", path: "src/http/a.ts", text: 'import { b } from "../index.js";' },
  { rule: "layers", path: "src/http/a.ts", text: 'import { b } from "../../cli/b.js";' },
  { rule: "folders", path: "src/unheard/a.ts", text: "export const a = 1;" },
  { rule: "folders", path: "src/hidden/a.ts", text: "export const a = 1;" },
  { rule: "hono", path: "src/core/a.ts", text: 'import { Hono } from "hono";' },
  { rule: "hono", path: "cli/a.ts", text: 'import { serve } from "@hono/node-server";' },
  { rule: "hono", path: "src/flavors/a.ts", text: 'import type { Context } from "hono/types";' },
  { rule: "pino", path: "src/http/a.ts", text: 'import { pino } from "pino";' },
  { rule: "runtimes", path: "src/flavors/onnx/a.ts", text: 'import * as ort from "onnxruntime-node";' },
  { rule: "runtimes", path: "src/flavors/onnx/a.ts", text: 'import { type Tensor } from "onnxruntime-node";' },
  { rule: "runtimes", path: "src/flavors/a.ts", text: 'export const load = () => import("onnxruntime-node");' },
  { rule: "runtimes", path: "cli/a.ts", text: 'export const load = () => import("@tensorflow/tfjs");' },
  { rule: "process", path: "src/core/a.ts", text: "export const home = process.env.HOME;" },
  { rule: "process", path: "src/core/a.ts", text: 'export const home = process["env"];' },
  { rule: "process", path: "src/core/a.ts", text: "const { env } = process; export const home = env.HOME;" },
  { rule: "process", path: "src/core/a.ts", text: 'import { exit } from "node:process"; exit(1);' },
  { rule: "process", path: "src/core/a.ts", text: "export function stop() { process.exit(1); }" },
  { rule: "process", path: "src/core/a.ts", text: 'console.log("a");' },
  { rule: "process", path: "src/core/a.ts", text: 'globalThis.console.log("a");' },
  { rule: "clock", path: "src/core/a.ts", text: "export const now = () => Date.now();" },
  { rule: "clock", path: "src/core/a.ts", text: "export const { now } = { now: Date.now };" },
  { rule: "clock", path: "src/core/a.ts", text: "export const now = () => +new Date();" },
  { rule: "defaultExports", path: "src/core/a.ts", text: "export default 1;" },
  { rule: "defaultExports", path: "src/core/a.ts", text: "const a = 1; export { a as default };" },
  { rule: "moduleState", path: "src/core/a.ts", text: "let count = 0;" },
  { rule: "moduleState", path: "src/core/a.ts", text: "export let count = 0;" },
  { rule: "moduleState", path: "src/core/a.ts", text: "const cache = new Map<string, number>();" },
  { rule: "moduleState", path: "src/core/a.ts", text: "const list: string[] = [];" },
  { rule: "moduleState", path: "src/core/a.ts", text: "export const cache: Map<string, number> = new Map();" },
  { rule: "indexes", path: "src/index.ts", text: "export const a = 1;" },
  { rule: "indexes", path: "src/index.ts", text: 'export * from "./core/a.js";' },
  { rule: "length", path: "src/core/a.ts", text: "export {};\n".repeat(301) },
  { rule: "names", path: "src/core/utils.ts", text: "export {};" },
  { rule: "names", path: "src/core/helpers/a.ts", text: "export {};" },
];

const SOUND: readonly Omit<Case, "rule">[] = [
  { path: "src/http/a.ts", text: 'import { b } from "../core/b.js"; import { Hono } from "hono";' },
  { path: "src/core/a.ts", text: 'import { b } from "./b.js"; // import { c } from "../http/c.js";' },
  { path: "src/core/a.ts", text: "export const text = 'import { Hono } from \"hono\"; console.log(1)';" },
  { path: "src/core/a.ts", text: "export function f() { let n = 0; n++; return new Map(); }" },
  {
    path: "src/core/a.ts",
    text: "const NONE: ReadonlyMap<string, number> = new Map(); const no: readonly string[] = [];",
  },
  { path: "src/core/a.ts", text: "export const used = process.memoryUsage();" },
  { path: "src/core/a.ts", text: "export const epoch = new Date(0);" },
  { path: "src/flavors/onnx/a.ts", text: 'import type { Tensor } from "onnxruntime-node";' },
  { path: "src/flavors/onnx/a.ts", text: 'export const load = async () => await import("onnxruntime-node");' },
  { path: "src/index.ts", text: 'export { a } from "./core/a.js"; export type { B } from "./http/b.js";' },
  {
    path: "cli/a.ts",
    text: 'import { pino } from "pino"; import { b } from "../src/http/b.js"; console.log(process.env.HOME, b);',
  },
];

describe("the rules", () => {
  const table = parseLayers(TABLE);

  it.each(BROKEN)("$rule refuses in $path: $text", ({ rule, path, text }) => {
    expect(RULES[rule](readSource(path, text), table)).not.toEqual([]);
  });

  it.each(SOUND)("allow in $path: $text", ({ path, text }) => {
    expect(faultsOf(readSource(path, text), table)).toEqual([]);
  });

  it("need a table", () => {
    expect(() => parseLayers("# Architecture\n\n## Layers\n\nNone.\n")).toThrow("no table of layers");
  });

  it.each([
    { test: "tests/core/json.test.ts", mirrors: ["src/core/json.ts", "src/core/json"] },
    { test: "tests/http/body.limits.test.ts", mirrors: ["src/http/body.ts", "src/http/body"] },
    { test: "tests/cli/pack.test.ts", mirrors: ["cli/pack.ts", "cli/pack"] },
    { test: "tests/docs/errors.test.ts", mirrors: undefined },
    { test: "tests/architecture.test.ts", mirrors: undefined },
  ])("know what $test mirrors", ({ test, mirrors }) => {
    expect(mirroredPaths(test, table)).toEqual(mirrors);
  });
});
