import { fileURLToPath } from "node:url";
import * as tf from "@tensorflow/tfjs-core";
import * as layers from "@tensorflow/tfjs-layers";
import { describe, expect, it, vi } from "vitest";
import { elementCount, type Tensor } from "../../../src/core/tensor.js";
import { tfjsConfig } from "../../../src/flavors/tfjs/config.js";
import { tfjsFlavor } from "../../../src/flavors/tfjs/flavor.js";
import { type Files, openFolder, predict, tensors, withFolder } from "../../support/onnx-folder.js";
import {
  AFFINE,
  channelsFirst,
  graphModel,
  layersModel,
  loadTfjs,
  node,
  placeholder,
  withTfjs,
} from "../../support/tfjs-models.js";

const REAL = fileURLToPath(new URL("../../fixtures/tfjs/", import.meta.url));

/** The same numbers on every run, between 0 and 1. */
function pseudoRandom(shape: readonly number[]): Tensor {
  let state = 1;
  const data = Float32Array.from({ length: elementCount(shape) }, () => {
    state = (state * 16807) % 2147483647;
    return state / 2147483647;
  });
  return { dtype: "float32", shape, data };
}

describe("real models", () => {
  it.each([
    { name: "face-short", input: "input", shape: [3, 128, 128, 3], outputs: 1 },
    { name: "blazeface-front", input: "input:0", shape: [1, 128, 128, 3], outputs: 4 },
    { name: "selfie", input: "input_1:0", shape: [1, 256, 256, 3], outputs: 1 },
  ])("answer on WebAssembly as on plain JavaScript, within 1e-4: $name", async ({ name, input, shape, outputs }) => {
    const batch = tensors({ [input]: pseudoRandom(shape) });
    const answers = [];
    for (const backend of [undefined, "cpu"]) {
      const predictor = await loadTfjs(`${REAL}${name}`, { backend });
      expect(predictor.runtime.backend).toBe(backend ?? "wasm");
      answers.push(await predict(predictor, batch));
      await predictor[Symbol.asyncDispose]();
    }
    const [fast = new Map(), plain = new Map<string, Tensor>()] = answers;
    expect(plain.size).toBe(outputs);
    for (const [output, { shape: plainShape, data }] of plain) {
      const got = fast.get(output) as Tensor<"float32">;
      expect(got.shape).toEqual(plainShape);
      // Places in a picture are numbers beyond 100, of which a float32 has six digits.
      const apart = (value: number, i: number): number =>
        Math.abs(value - Number(data[i])) / Math.max(1, Math.abs(Number(data[i])));
      expect(Math.max(...Array.from(got.data, apart))).toBeLessThan(1e-4);
    }
  });
});

describe("a model without an MLmodel file", () => {
  it("is described by its graph, with the files that its manifest names", async () => {
    const described = await tfjsFlavor.describe?.((await openFolder(`${REAL}face-short`)).files);
    expect(described).toEqual({
      flavors: { tfjs: { model: "model.json" } },
      signature: {
        inputs: { kind: "tensors", tensors: [{ name: "input", dtype: "float32", shape: [-1, 128, 128, 3] }] },
        outputs: { kind: "tensors", tensors: [{ name: "objects", dtype: "float32", shape: [-1, 896, 17] }] },
        params: undefined,
      },
      files: ["model.json", "facemesh-detection-short.bin"],
    });
  });

  it("is described by its layers, once they are built", async () => {
    const model = layers.sequential({ layers: [layers.layers.dense({ units: 2, inputShape: [3], name: "scores" })] });
    const files = await layersModel(model);
    model.dispose();
    const before = tf.memory().numTensors;
    await withFolder(files, async (folder) => {
      const opened = await openFolder(folder);
      const described = await tfjsFlavor.describe?.(opened.files);
      expect(described?.signature).toEqual({
        inputs: { kind: "tensors", tensors: [{ name: "scores_input", dtype: "float32", shape: [-1, 3] }] },
        outputs: { kind: "tensors", tensors: [{ name: "scores", dtype: "float32", shape: [-1, 2] }] },
        params: undefined,
      });
      const config = tfjsConfig.parse({});
      const { inputs, ...rest } = described?.signature ?? { inputs: undefined, outputs: undefined, params: undefined };
      expect(await tfjsFlavor.checkSignature?.(opened, config, { inputs, ...rest })).toEqual([]);
      const wrong = { kind: "tensors" as const, tensors: [{ name: "x", dtype: "string" as const, shape: [-1] }] };
      expect(await tfjsFlavor.checkSignature?.(opened, config, { ...rest, inputs: wrong })).toEqual([
        `the graph's input "scores_input" is not in the signature`,
        `the signature's tensor "x" is no input of the graph`,
      ]);
    });
    expect(tf.memory().numTensors).toBe(before);
  });

  it.each<{ name: string; files: Files; found: string | undefined }>([
    { name: "no model.json", files: { "package.json": Buffer.from("{}") }, found: undefined },
    {
      name: "another name",
      files: { "net.json": AFFINE["model.json"] ?? Buffer.of(), "weights.bin": AFFINE["weights.bin"] ?? Buffer.of() },
      found: "net.json",
    },
  ])("is found under $name", async ({ files, found }) => {
    const described = await withFolder(files, async (folder) =>
      tfjsFlavor.describe?.((await openFolder(folder)).files),
    );
    expect(described?.flavors.tfjs).toEqual(found === undefined ? undefined : { model: found });
  });
});

describe("the backend", () => {
  const spectrum = graphModel({
    nodes: [
      placeholder("x", "DT_FLOAT", [-1, 4]),
      node("wave", "RFFT", ["x", "length"]),
      node("y", "ComplexAbs", ["wave"]),
    ],
    weights: { length: [[1], Int32Array.of(4)] },
  });
  const args = [
    { name: "a", type: "DT_FLOAT" },
    { name: "n", type: "DT_INT32" },
  ];
  const branch = (name: string, nodeDef: object[], out: string): object => ({
    signature: { name, inputArg: args, outputArg: [{ name: "out", type: "DT_FLOAT" }] },
    nodeDef,
    ret: { out },
  });
  const within = graphModel({
    nodes: [
      placeholder("x", "DT_FLOAT", [-1, 4]),
      node("sure", "Equal", ["length", "length"], { T: { type: "DT_INT32" } }),
      node("y", "StatelessIf", ["sure", "x", "length"], {
        then_branch: { func: { name: "amplitudes" } },
        else_branch: { func: { name: "same" } },
      }),
    ],
    weights: { length: [[1], Int32Array.of(4)] },
    functions: [
      branch("amplitudes", [node("wave", "RFFT", ["a", "n"]), node("abs", "ComplexAbs", ["wave"])], "abs:y:0"),
      branch("same", [], "a"),
    ],
  });
  const first = graphModel({
    nodes: [placeholder("x", "DT_FLOAT", [1, 2, 1, 2]), node("y", "Conv2D", ["x", "kernel"], channelsFirst)],
    weights: { kernel: [[1, 1, 2, 1], Float32Array.of(1, 1)] },
  });

  it.each([
    { name: "has no kernel of an operator", files: spectrum, missing: "ComplexAbs, RFFT", shape: [1, 4] },
    { name: "has it with channels last only", files: first, missing: "Conv2D of NCHW", shape: [1, 2, 1, 2] },
    { name: "has none of one in a branch", files: within, missing: "ComplexAbs, RFFT", shape: [1, 4] },
  ])("is the CPU for the whole model, with a warning, where WebAssembly $name", async ({ files, missing, shape }) => {
    const warnings: string[] = [];
    const quiet = (): void => {};
    const logger = { debug: quiet, info: quiet, error: quiet, warn: (_: object, said: string) => warnings.push(said) };
    const data = Float32Array.of(1, 0, 0, 0);
    const { backend, answer } = await withTfjs(
      files,
      async (predictor) => ({
        backend: predictor.runtime.backend,
        answer: await predict(predictor, tensors({ x: { dtype: "float32", shape, data } })),
      }),
      {},
      logger,
    );
    expect(backend).toBe("cpu");
    expect(answer.get("y")?.data[0]).toBe(1);
    expect(warnings).toEqual([
      `the wasm backend of TensorFlow.js lacks ${missing}: the model runs on the cpu backend, some 20 times slower`,
    ]);
  });
});

describe("nothing but the answer comes out", () => {
  it("of a graph that prints its values", async () => {
    const said = vi.spyOn(process.stdout, "write");
    const levels = (["log", "warn", "error"] as const).map((level) => vi.spyOn(globalThis.console, level));
    try {
      const printing = graphModel({
        nodes: [placeholder("x", "DT_FLOAT", [-1]), node("y", "Print", ["x", "x"], { message: { s: "" } })],
      });
      const x: Tensor = { dtype: "float32", shape: [1], data: Float32Array.of(42) };
      const answer = await withTfjs(printing, (predictor) => predict(predictor, tensors({ x })));
      expect(answer.get("y")?.data).toEqual(Float32Array.of(42));
      for (const spy of [said, ...levels]) expect(spy).not.toHaveBeenCalled();
    } finally {
      vi.restoreAllMocks();
    }
  });
});
