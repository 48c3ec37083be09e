import { copyFileSync, cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { modelPath } from "../support/golden.js";
import { openWorkplace, ROOT } from "./built-cli.js";

/*
 * `dist/runtime.mjs` in a folder of its own, as in an image: no node_modules, no package.json, nothing above it.
 */

const workplace = openWorkplace();
afterAll(() => workplace[Symbol.dispose]());

const NATIVE = `bin/napi-v6/${process.platform}/${process.arch}`;
const TFJS_FILES = ["runtime-tfjs.mjs", "tfjs-backend-wasm-simd.wasm", "tfjs-backend-wasm.wasm"];

/** Makes a folder with the runtime for models of some kinds, and gives the program in it. */
function install(name: string, { onnx = false, tfjs = false }: { onnx?: boolean; tfjs?: boolean }): string {
  const folder = join(workplace.cwd, name);
  mkdirSync(folder);
  for (const file of ["runtime.mjs", ...(tfjs ? TFJS_FILES : [])])
    copyFileSync(join(ROOT, "dist", file), join(folder, file));
  if (onnx) cpSync(join(ROOT, "node_modules/onnxruntime-node", NATIVE), join(folder, NATIVE), { recursive: true });
  return join(folder, "runtime.mjs");
}

const bare = install("bare", {});
const onnx = install("onnx", { onnx: true });
const tfjs = install("tfjs", { tfjs: true });

const TREES = modelPath("trees100");
const TOPICS = join(ROOT, "examples/topics");
const SPIRALS = join(ROOT, "examples/tfjs");
const ROW = { f0: 0, f1: 0.1, f2: 0.2, f3: 0.3, f4: 0.4, f5: 0.5, f6: 0.6, f7: 0.7 };

beforeAll(async () => {
  writeFileSync(join(workplace.cwd, "double.mjs"), "export default (rows) => rows.map(({ a }) => ({ b: 2 * a }));\n");
  writeFileSync(join(workplace.cwd, "double.json"), '{"dataframe_records":[{"a":4}]}');
  writeFileSync(join(workplace.cwd, "trees.json"), JSON.stringify({ dataframe_records: [ROW] }));
  for (const [source, example, output] of [
    [TREES, join(TREES, "input_example.json"), "trees.tar"],
    [TOPICS, join(TOPICS, "request.json"), "topics.tar"],
    [join(SPIRALS, "web_model"), join(SPIRALS, "request.json"), "spirals.tar"],
    ["double.mjs", "double.json", "double.tar"],
  ] as const) {
    const packed = await workplace.run(["pack", source, "-o", output, "--input-example", example]);
    expect(packed).toMatchObject({ code: 0 });
  }
}, 60_000);

const MODELS = [
  { name: "an ONNX model", cli: onnx, model: "trees.tar", request: "trees.json" },
  { name: "a TensorFlow.js model", cli: tfjs, model: "spirals.tar", request: join(SPIRALS, "request.json") },
  { name: "a function", cli: bare, model: "double.tar", request: "double.json" },
  { name: "a function with a network inside", cli: onnx, model: "topics.tar", request: join(TOPICS, "request.json") },
];

describe("the bundled runtime", () => {
  it("tells its version and its help", async () => {
    const [version, help] = await Promise.all([
      workplace.run(["--version"], { cli: bare }),
      workplace.run(["serve", "--help"], { cli: bare }),
    ]);
    const built = await workplace.run(["--version"]);
    expect(version).toEqual(built);
    expect(help).toMatchObject({ code: 0, stderr: "" });
  });

  it.each(MODELS)(
    "inspects, validates and runs $name as the installed command does",
    async ({ cli, model, request }) => {
      for (const args of [
        ["inspect", model, "--json"],
        ["validate", model, "--run"],
        ["predict", model, "-i", request],
      ]) {
        const bundled = await workplace.run(args, { cli });
        const installed = await workplace.run(args);
        expect(bundled).toEqual(installed);
        expect(bundled).toMatchObject({ code: 0, stderr: "", left: [] });
      }
    },
  );

  it.each(MODELS.flatMap((one) => ["inline", "process"].map((isolation) => ({ ...one, isolation }))))(
    "serves $name ($isolation)",
    async ({ cli, model, request, isolation }) => {
      const args = ["serve", model, "--port", "0", "--isolation", isolation];
      const program = workplace.start(args, { cli });
      const [, url] = await program.find(/ at (http:\S+) /);
      const body = readFileSync(resolve(workplace.cwd, request));
      const headers = { "content-type": "application/json" };
      const answer = await fetch(`${url}/invocations`, { method: "POST", headers, body });
      expect(answer.status).toBe(200);
      const predicted = await workplace.run(["predict", model, "-i", request]);
      expect(await answer.json()).toEqual(JSON.parse(predicted.stdout));
      program.child.kill("SIGTERM");
      expect(await program.ended).toMatchObject({ code: 0, left: [] });
    },
  );

  it.each([
    { what: "the library of onnxruntime", model: "trees.tar", reason: /onnxruntime-node has no library for/ },
    { what: "TensorFlow.js", model: "spirals.tar", reason: /the packages of TensorFlow\.js are not installed/ },
  ])("says so where $what does not lie beside it", async ({ model, reason }) => {
    const ended = await workplace.run(["serve", model, "--port", "0"], { cli: bare });
    expect(ended).toMatchObject({ code: 5, stdout: "", left: [] });
    expect(ended.stderr).toMatch(reason);
  });

  it("says what it has not", async () => {
    const ended = await workplace.run(["init", "mine"], { cli: bare });
    expect(ended).toMatchObject({ code: 2, stderr: "mlserve: error: the runtime of an image has no templates\n" });
  });
});
