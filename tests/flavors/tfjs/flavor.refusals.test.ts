import * as tf from "@tensorflow/tfjs-core";
import * as layers from "@tensorflow/tfjs-layers";
import { beforeAll, describe, expect, it } from "vitest";
import type { Files } from "../../support/onnx-folder.js";
import {
  AFFINE,
  changed,
  channelsFirst,
  graphModel,
  layersModel,
  node,
  placeholder,
  tfjsRefusalOf,
  withTfjs,
} from "../../support/tfjs-models.js";

// The engine counts its tensors once it has a backend, which comes with the first model.
beforeAll(() => withTfjs(AFFINE, async () => {}));

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
