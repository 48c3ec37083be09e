import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { ELEMENT, externalTensor, node, onnxModel, tensorType, value } from "../support/onnx-builder.js";
import { childrenOf, isWorker } from "../support/process-tree.js";
import { openWorkplace, type Program, ROOT, type Workplace } from "./built-cli.js";

let workplace: Workplace;
const at = (...names: string[]): string => join(workplace.cwd, ...names);

/** `y` is `x + w`; the weights lie in another file. */
const ADD = onnxModel({
  nodes: [node({ operator: "Add", inputs: ["x", "w"], outputs: ["y"] })],
  inputs: [value("x", tensorType(ELEMENT.float32, ["N", 2]))],
  outputs: [value("y", tensorType(ELEMENT.float32, ["N", 2]))],
  initializers: [externalTensor("w", [2], { location: "w.data", offset: "0", length: "8" })],
});

const READS_LATE = `
import { readFile } from "node:fs/promises";
import { join } from "node:path";
export const load = ({ dir }) => dir;
export default async (inputs, { state: dir }) => [inputs, await readFile(join(dir, "words.txt"), "utf8")];
`;

const IRIS = readFileSync(join(ROOT, "examples/iris/request.json"), "utf8");

/** Each makes a model in the folder, and gives what to serve and what to ask. */
const MODELS = {
  "an ONNX folder": (name: string) => {
    cpSync(join(ROOT, "examples/iris/model"), at(name), { recursive: true });
    return { serve: name, body: IRIS };
  },
  "an ONNX folder with weights in a file": (name: string) => {
    mkdirSync(at(name));
    writeFileSync(at(name, "model.onnx"), ADD);
    writeFileSync(at(name, "w.data"), new Uint8Array(Float32Array.of(10, 20).buffer));
    writeFileSync(at(name, "MLmodel"), "flavors: { onnx: { data: model.onnx } }\n");
    return { serve: name, body: '{"inputs": {"x": [[1, 2]]}}' };
  },
  "a bare ONNX file": (name: string) => {
    mkdirSync(at(name));
    writeFileSync(at(name, "model.onnx"), ADD);
    writeFileSync(at(name, "w.data"), new Uint8Array(Float32Array.of(10, 20).buffer));
    return { serve: `${name}/model.onnx`, body: '{"inputs": {"x": [[1, 2]]}}' };
  },
  "a folder of TensorFlow.js": (name: string) => {
    cpSync(join(ROOT, "examples/tfjs/web_model"), at(name), { recursive: true });
    writeFileSync(at(name, "MLmodel"), "flavors: { tfjs: { model: model.json } }\n");
    return { serve: name, body: '{"inputs": [[-0.047, 0.498]]}' };
  },
  "a folder of a function and its data": (name: string) => {
    mkdirSync(at(name));
    writeFileSync(at(name, "predict.mjs"), READS_LATE);
    writeFileSync(at(name, "words.txt"), "words");
    writeFileSync(at(name, "MLmodel"), "flavors: { js_function: { module: predict.mjs } }\n");
    return { serve: name, body: '{"inputs": [1]}' };
  },
  "a package": (name: string) => {
    mkdirSync(at(name));
    cpSync(at("iris.tar"), at(name, "iris.tar"));
    return { serve: `${name}/iris.tar`, body: IRIS };
  },
};

/** What becomes of every file of a model, one after the other, while a server runs it. */
const FATES: readonly ((path: string) => void)[] = [
  (path) => writeFileSync(path, readFileSync(path).fill(0x20)),
  (path) => truncateSync(path, 0),
  (path) => rmSync(path),
];

beforeAll(async () => {
  workplace = openWorkplace();
  const packed = await workplace.run(["pack", join(ROOT, "examples/iris/model"), "-o", "iris.tar"]);
  expect(packed.code).toBe(0);
});
afterAll(() => workplace[Symbol.dispose]());

/** Only Linux lists the children of a process in files. */
describe.runIf(process.platform === "linux")("while its files are overwritten, emptied and removed", () => {
  it.each(Object.entries(MODELS))("%s is served as before, from new workers too", async (model, make) => {
    const name = model.replaceAll(" ", "-");
    const { serve, body } = make(name);
    const program = workplace.start(["serve", serve, "--port", "0", "--isolation", "process", "--workers", "1"]);
    const [, url] = await program.find(/ at (http:\S+) /);
    const ask = async (): Promise<string> => {
      const headers = { "content-type": "application/json" };
      const answer = await fetch(`${url}/invocations`, { method: "POST", headers, body });
      return `${answer.status} ${await answer.text()}`;
    };
    const before = await ask();
    expect(before).toMatch(/^200 /);
    for (const befall of FATES) {
      for (const file of filesIn(at(name))) befall(file);
      expect(await ask()).toBe(before);
      await replaceWorker(program);
      expect(await ask()).toBe(before);
    }
    program.child.kill("SIGTERM");
    expect(await program.ended).toMatchObject({ code: 0, left: [] });
  });
});

function filesIn(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
}

async function replaceWorker({ child }: Program): Promise<void> {
  const workers = (): number[] => childrenOf(child.pid ?? 0).filter(isWorker);
  const [worker = 0] = workers();
  process.kill(worker, "SIGKILL");
  await vi.waitFor(() => expect(workers().filter((pid) => pid !== worker)).toHaveLength(1), 10_000);
}
