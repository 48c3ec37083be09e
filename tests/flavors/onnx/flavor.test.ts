import { rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { silentLogger } from "../../../src/core/logger.js";
import type { Tensor } from "../../../src/core/tensor.js";
import { onnxFlavor } from "../../../src/flavors/onnx/flavor.js";
import {
  attribute,
  ELEMENT,
  externalTensor,
  identityModel,
  node,
  onnxModel,
  tensor,
  tensorType,
  value,
  zipMapModel,
} from "../../support/onnx-builder.js";
import {
  FIXTURES,
  loadFolder,
  openFolder,
  predict,
  refusalOf,
  tensors,
  withFolder,
  withPredictor,
} from "../../support/onnx-folder.js";

const ones: Tensor = { dtype: "float32", shape: [1, 4], data: Float32Array.of(1, 1, 1, 1) };
const WEIGHTS = Float32Array.of(1, 2, 3, 4);

function scaling(initializer: Uint8Array): Uint8Array {
  return onnxModel({
    nodes: [node({ operator: "Mul", inputs: ["x", "w"], outputs: ["y"] })],
    inputs: [value("x", tensorType(ELEMENT.float32, ["N", 4]))],
    outputs: [value("y", tensorType(ELEMENT.float32, ["N", 4]))],
    initializers: [initializer],
  });
}

describe("a loaded model", () => {
  it.each([
    ["its weights inside", { "model.onnx": scaling(tensor("w", ELEMENT.float32, [4], WEIGHTS)) }],
    [
      "its weights in another file",
      {
        "model.onnx": scaling(externalTensor("w", [4], { location: "w.data" })),
        "w.data": new Uint8Array(WEIGHTS.buffer),
      },
    ],
    ["a ZipMap", { "model.onnx": zipMapModel(attribute.ints("classlabels_int64s", [0, 1, 2, 3])) }],
  ])("does not notice that its files are cut short, replaced and removed: %s", async (_, files) => {
    await withFolder(files, async (folder) => {
      const predictor = await loadFolder(folder);
      const before = await predict(predictor, tensors({ x: ones }));
      for (const name of Object.keys(files)) {
        await truncate(join(folder, name), 1);
        await writeFile(join(folder, name), "something else");
        await rm(join(folder, name));
      }
      expect(await predict(predictor, tensors({ x: ones }))).toEqual(before);
      await predictor[Symbol.asyncDispose]();
    });
  });

  it("tells what runs it", async () => {
    const block = { providers: ["CPUExecutionProvider"], onnx_session_options: { intra_op_num_threads: 2 } };
    const runtime = await withPredictor(
      { "model.onnx": identityModel(ELEMENT.float32, ["N"]) },
      async (predictor) => predictor.runtime,
      block,
    );
    expect(runtime).toEqual({
      runtime: "onnxruntime-node",
      version: expect.stringMatching(/^\d/),
      providers: "cpu",
      threads: 2,
    });
  });

  it("runs with as many threads as the operator says", async () => {
    await withFolder({ "model.onnx": identityModel(ELEMENT.float32, ["N"]) }, async (folder) => {
      const predictor = await loadFolder(folder, { onnx_session_options: { intra_op_num_threads: 4 } }, { threads: 1 });
      expect(predictor.runtime.threads).toBe(1);
      await predictor[Symbol.asyncDispose]();
    });
  });

  it("runs on the CPU, with a warning, when a provider that the model names does not start", async () => {
    const warnings: string[] = [];
    const logger = { ...silentLogger, warn: (_: object, message = "") => warnings.push(message) };
    await withFolder({ "model.onnx": identityModel(ELEMENT.float32, ["N", 4]) }, async (folder) => {
      const predictor = await loadFolder(folder, { providers: ["TensorrtExecutionProvider"] }, { logger });
      expect((await predict(predictor, tensors({ x: ones }))).get("y")).toEqual(ones);
      expect(predictor.runtime.providers).toBe("cpu");
      expect(warnings).toHaveLength(1);
      await predictor[Symbol.asyncDispose]();
    });
  });

  it.each(["cnn_small", "embed_tiny", "onnx_session_opts", "legacy_mlmodel", "trees100"])(
    "may be one that MLflow saved: %s",
    async (name) => {
      const predictor = await loadFolder(FIXTURES + name);
      expect(predictor.unsigned).toBe("arrays");
      await predictor[Symbol.asyncDispose]();
    },
  );
});

describe("a model that is refused", () => {
  it.each([
    [
      "no file of the name in its MLmodel",
      { "model.onnx": identityModel(1, [1]) },
      { data: "other.onnx" },
      "invalid_descriptor",
      'MLmodel: flavors.onnx.data: "other.onnx" is not among',
    ],
    [
      "a file outside",
      { "model.onnx": identityModel(1, [1]) },
      { data: "../model.onnx" },
      "invalid_descriptor",
      "is not among the model's files",
    ],
    [
      "a file that is no ONNX",
      { "model.onnx": Buffer.from("PK\u0003\u0004") },
      {},
      "invalid_model",
      "it is not an ONNX model, or it is damaged",
    ],
    [
      "an element type that the runtime lacks",
      { "model.onnx": identityModel(ELEMENT.bfloat16, [1]) },
      {},
      "unsupported_model",
      "bfloat16",
    ],
  ])("is refused alike by check and load: %s", async (_, files, block, kind, message) => {
    const error = await refusalOf(files, block);
    expect(error.kind).toBe(kind);
    expect(error.message).toContain(message);
  });
});

describe("describe", () => {
  it("says what MLflow says, and the signature of the graph", async () => {
    const model = scaling(externalTensor("w", [4], { location: "w.data" }));
    await withFolder({ "scale.onnx": model, "w.data": new Uint8Array(WEIGHTS.buffer) }, async (folder) => {
      expect(await onnxFlavor.describe?.((await openFolder(folder)).files)).toEqual({
        flavors: {
          onnx: { code: null, data: "scale.onnx", onnx_session_options: null, providers: ["CPUExecutionProvider"] },
          python_function: { data: "scale.onnx", loader_module: "mlflow.onnx", python_version: "3.10.0" },
        },
        signature: {
          inputs: { kind: "tensors", tensors: [{ name: "x", dtype: "float32", shape: [-1, 4] }] },
          outputs: { kind: "tensors", tensors: [{ name: "y", dtype: "float32", shape: [-1, 4] }] },
          params: undefined,
        },
        files: ["scale.onnx", "w.data"],
      });
    });
  });

  it("names the environment files that are there", async () => {
    const files = {
      "m.onnx": identityModel(1, [1]),
      "conda.yaml": Buffer.from("{}"),
      "python_env.yaml": Buffer.from("{}"),
    };
    await withFolder(files, async (folder) => {
      const described = await onnxFlavor.describe?.((await openFolder(folder)).files);
      expect(described?.flavors.python_function?.env).toEqual({ conda: "conda.yaml", virtualenv: "python_env.yaml" });
    });
  });

  it("says nothing of outputs that are maps, or of inputs of any rank", async () => {
    const zipped = zipMapModel(attribute.ints("classlabels_int64s", [0]), {
      inputs: [value("x", tensorType(ELEMENT.float32))],
    });
    await withFolder({ "m.onnx": zipped }, async (folder) => {
      const described = await onnxFlavor.describe?.((await openFolder(folder)).files);
      expect(described?.signature).toEqual({ inputs: undefined, outputs: undefined, params: undefined });
    });
  });

  it("is not for folders without an ONNX file", async () => {
    await withFolder({ "model.pkl": new Uint8Array() }, async (folder) => {
      expect(await onnxFlavor.describe?.((await openFolder(folder)).files)).toBeUndefined();
    });
  });

  it.each([
    [
      "several ONNX files",
      { "a.onnx": identityModel(1, [1]), "B.ONNX": identityModel(1, [1]) },
      "usage",
      'there are 2 ONNX files here: "B.ONNX", "a.onnx". Name the one to pack',
    ],
    [
      "one in a subfolder",
      { "onnx/a.onnx": identityModel(1, [1]) },
      "usage",
      'the ONNX file "onnx/a.onnx" lies in a subfolder. Name the file itself to pack it',
    ],
    [
      "one in a saved model of theirs",
      { "onnx/a.onnx": identityModel(1, [1]), "onnx/MLmodel": new Uint8Array() },
      "usage",
      'the ONNX file "onnx/a.onnx" lies in a subfolder. Name that folder, a saved model: "onnx"',
    ],
    [
      "one whose weights are missing",
      { "a.onnx": scaling(externalTensor("w", [4], { location: "w.data" })) },
      "invalid_model",
      'its weights file "w.data" is missing',
    ],
  ])("refuses folders with %s", async (_, files, kind, message) => {
    await withFolder(files, async (folder) => {
      const { files: opened } = await openFolder(folder);
      await expect(onnxFlavor.describe?.(opened)).rejects.toMatchObject({
        kind,
        message: expect.stringContaining(message),
      });
    });
  });
});
