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
  changed,
  graphModel,
  layersModel,
  loadTfjs,
  node,
  placeholder,
  tfjsRefusalOf,
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
    { name: "liveness", input: "conv2d_1_input", shape: [3, 32, 32, 3], outputs: 1 },
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
      const worst = Math.max(...Array.from(got.data, (value, i) => Math.abs(value - Number(data[i]))));
      expect(worst).toBeLessThan(1e-4);
    }
  });
});

describe("a model without an MLmodel file", () => {
  it("is described by its graph, with the files that its manifest names", async () => {
    const described = await tfjsFlavor.describe?.((await openFolder(`${REAL}liveness`)).files);
    expect(described).toEqual({
      flavors: { tfjs: { model: "model.json" } },
      signature: {
        inputs: { kind: "tensors", tensors: [{ name: "conv2d_1_input", dtype: "float32", shape: [-1, 32, 32, 3] }] },
        outputs: { kind: "tensors", tensors: [{ name: "activation_6", dtype: "float32", shape: [-1, 2] }] },
        params: undefined,
      },
      files: ["model.json", "liveness.bin"],
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

const encoded = (text: string): object => ({ s: Buffer.from(text).toString("base64") });
const channelsFirst = {
  strides: { list: { i: ["1", "1", "1", "1"] } },
  dilations: { list: { i: ["1", "1", "1", "1"] } },
  padding: encoded("SAME"),
  data_format: encoded("NCHW"),
};

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

const manifest =
  (change: (group: { paths: string[]; weights: object[] }) => object) =>
  (json: { weightsManifest: { paths: string[]; weights: object[] }[] }): object => ({
    ...json,
    weightsManifest: json.weightsManifest.map(change),
  });
const path = (name: string): Files =>
  changed(
    AFFINE,
    manifest((group) => ({ ...group, paths: [name] })),
  );
const weight = (fields: object): Files =>
  changed(
    AFFINE,
    manifest((group) => ({ ...group, weights: [{ ...group.weights[0], ...fields }, group.weights[1]] })),
  );
const nodes = (...extra: readonly object[]): Files =>
  graphModel({ nodes: [placeholder("x", "DT_FLOAT", [-1]), ...extra] });
const topology = (modelTopology: unknown): Files =>
  changed(AFFINE, (json: object) => ({ ...json, format: "layers-model", modelTopology }));
const layer = (class_name: string, config: object): Files =>
  topology({ model_config: { class_name: "Sequential", config: { layers: [{ class_name, config }] } } });

interface Refusal {
  readonly name: string;
  readonly files: Files;
  readonly kind: string;
  readonly reason: string;
}

const REFUSALS: readonly Refusal[] = [
  { name: "no JSON", files: { "model.json": Buffer.from("{") }, kind: "invalid_model", reason: "not valid JSON" },
  {
    name: "another format",
    files: { "model.json": Buffer.from('{"format":"tflite"}') },
    kind: "unsupported_model",
    reason: 'its format is "tflite"',
  },
  {
    name: "no manifest",
    files: { "model.json": Buffer.from('{"format":"graph-model","modelTopology":{}}') },
    kind: "invalid_model",
    reason: '"model.json": weightsManifest: ',
  },
  { name: "weights at a URL", files: path("http://127.0.0.1/w.bin"), kind: "invalid_model", reason: "names a URL" },
  { name: "weights on a host", files: path("//host/w.bin"), kind: "invalid_model", reason: "names a URL" },
  { name: "an absolute path", files: path("/etc/passwd"), kind: "invalid_model", reason: "by an absolute path" },
  { name: "a drive", files: path("C:w.bin"), kind: "invalid_model", reason: "by an absolute path" },
  { name: "a path upwards", files: path("a/../../w.bin"), kind: "invalid_model", reason: "outside its folder" },
  { name: "a path of backslashes", files: path("..\\w.bin"), kind: "invalid_model", reason: "outside its folder" },
  { name: "a path as in URLs", files: path("%2e%2e/w.bin"), kind: "invalid_model", reason: "in the encoding of URLs" },
  { name: "a missing file", files: path("w.bin"), kind: "invalid_model", reason: '"w.bin" is missing' },
  {
    name: "a file that is too short",
    files: { ...AFFINE, "weights.bin": Buffer.alloc(15) },
    kind: "invalid_model",
    reason: 'its weights take 16 bytes, and 15 lie in "weights.bin"',
  },
  { name: "a shape that is larger", files: weight({ shape: [2] }), kind: "invalid_model", reason: "take 20 bytes" },
  {
    name: "a shape beyond counting",
    files: weight({ shape: [1e9, 1e9] }),
    kind: "invalid_model",
    reason: "has more elements than can be counted",
  },
  { name: "a negative size", files: weight({ shape: [-1] }), kind: "invalid_model", reason: "weightsManifest[0]" },
  { name: "an unknown type", files: weight({ dtype: "int4" }), kind: "invalid_model", reason: "weights[0].dtype" },
  {
    name: "an unknown quantization",
    files: weight({ quantization: { dtype: "int4" } }),
    kind: "invalid_model",
    reason: "quantization.dtype",
  },
  {
    name: "a quantization without its scale",
    files: weight({ quantization: { dtype: "uint8", min: 0 } }),
    kind: "invalid_model",
    reason: "without its min and scale",
  },
  {
    name: "a quantization of a type that has none",
    files: weight({ dtype: "bool", quantization: { dtype: "float16" } }),
    kind: "invalid_model",
    reason: "not quantized to float16",
  },
  { name: "a weight twice", files: weight({ name: "b" }), kind: "invalid_model", reason: 'weight "b" stands twice' },
  {
    name: "a string longer than the file",
    files: { ...weight({ dtype: "string", shape: [] }), "weights.bin": Buffer.alloc(16, 255) },
    kind: "invalid_model",
    reason: "bytes, and 16 lie in",
  },
  { name: "a constant without weights", files: weight({ name: "c" }), kind: "invalid_model", reason: 'constant "two"' },
  {
    name: "operators that are not there",
    files: nodes(node("a", "Mystery", ["x"]), node("y", "Cholesky", ["a"])),
    kind: "unsupported_model",
    reason: 'no operators "Cholesky", "Mystery"',
  },
  { name: "a node of nothing", files: nodes(node("y", "Sin", ["z"])), kind: "invalid_model", reason: 'needs "z"' },
  {
    name: "channels first where TensorFlow.js has them last only",
    files: nodes(node("y", "DepthwiseConv2dNative", ["x", "x"], channelsFirst)),
    kind: "unsupported_model",
    reason: 'has "DepthwiseConv2dNative" only with channels last',
  },
  {
    name: "a circle",
    files: nodes(node("y", "AddV2", ["x", "z"]), node("z", "Sin", ["y"]), node("w", "Sin", ["y"])),
    kind: "invalid_model",
    reason: "runs in a circle",
  },
  {
    name: "a layer without the weights for it",
    files: layer("Dense", { name: "d", units: 2e9, batch_input_shape: [null, 3] }),
    kind: "invalid_model",
    reason: 'a "Dense" layer is larger than any of the weights',
  },
  {
    name: "two nodes of a name",
    files: nodes(node("x", "Sin", ["x"])),
    kind: "invalid_model",
    reason: "two nodes of its graph have the same name",
  },
  {
    name: "nodes that are none",
    files: changed(AFFINE, (json: object) => ({ ...json, modelTopology: { node: [1] } })),
    kind: "invalid_model",
    reason: "no name or no operator",
  },
  {
    name: "complex inputs",
    files: graphModel({ nodes: [placeholder("x", "DT_COMPLEX64", [-1]), node("y", "ComplexAbs", ["x"])] }),
    kind: "unsupported_model",
    reason: 'the input "x" has a type that TensorFlow.js does not take',
  },
  {
    name: "a Lambda layer",
    files: layer("Lambda", { name: "l", batch_input_shape: [null, 3] }),
    kind: "unsupported_model",
    reason: 'no layer "Lambda"',
  },
  {
    name: "a layer of an object's own name",
    files: layer("constructor", {}),
    kind: "unsupported_model",
    reason: 'no layer "constructor"',
  },
  {
    name: "Keras 3",
    files: layer("InputLayer", { batch_shape: [null, 3] }),
    kind: "unsupported_model",
    reason: "written by Keras 3",
  },
  {
    name: "layers nested without end",
    files: topology({ class_name: "Sequential", config: JSON.parse(`${'{"a":'.repeat(200)}1${"}".repeat(200)}`) }),
    kind: "invalid_model",
    reason: "nested deeper than 100",
  },
];

describe("a model that cannot be run is refused, by check as by load", () => {
  it.each(REFUSALS)("$name", async ({ files, kind, reason }) => {
    const before = tf.memory().numTensors;
    const error = await tfjsRefusalOf(files);
    expect([error.kind, error.message]).toEqual([kind, expect.stringContaining(reason)]);
    expect(tf.memory().numTensors).toBe(before);
  });

  it("by load alone, which leaves nothing, where only building it tells", async () => {
    const model = layers.sequential({ layers: [layers.layers.dense({ units: 2, inputShape: [3] })] });
    const files = changed(
      await layersModel(model),
      manifest((group) => ({
        ...group,
        weights: group.weights.map((spec, i) => (i === 0 ? { ...spec, name: "other" } : spec)),
      })),
    );
    model.dispose();
    const before = tf.memory().numTensors;
    await expect(withTfjs(files, async () => {})).rejects.toMatchObject({ kind: "invalid_model" });
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe("nothing but the answer comes out", () => {
  it("of a graph that prints its values", async () => {
    const said = vi.spyOn(process.stdout, "write");
    const levels = (["log", "warn", "error"] as const).map((level) => vi.spyOn(globalThis.console, level));
    try {
      const printing = nodes(node("y", "Print", ["x", "x"], { message: { s: "" } }));
      const x: Tensor = { dtype: "float32", shape: [1], data: Float32Array.of(42) };
      const answer = await withTfjs(printing, (predictor) => predict(predictor, tensors({ x })));
      expect(answer.get("y")?.data).toEqual(Float32Array.of(42));
      for (const spy of [said, ...levels]) expect(spy).not.toHaveBeenCalled();
    } finally {
      vi.restoreAllMocks();
    }
  });
});
