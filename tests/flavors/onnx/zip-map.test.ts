import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { Float32Map } from "../../../src/core/float32-map.js";
import type { Tensor } from "../../../src/core/tensor.js";
import { messageField, readFields } from "../../../src/flavors/onnx/proto-fields.js";
import {
  attribute,
  ELEMENT,
  externalTensor,
  identity,
  message,
  node,
  tensorType,
  value,
  zipMapModel,
  zipMapType,
} from "../../support/onnx-builder.js";
import {
  FIXTURES,
  failureOf,
  loadFolder,
  predict,
  tensors,
  withFolder,
  withPredictor,
} from "../../support/onnx-folder.js";

const rows = (shape: readonly number[], ...values: number[]): Tensor => ({
  dtype: "float32",
  shape,
  data: Float32Array.from(values),
});

describe("a ZipMap at an output", () => {
  it.each([
    ["integers", attribute.ints("classlabels_int64s", [10, -1]), ["10", "-1"]],
    ["integers beyond 2^53", attribute.ints("classlabels_int64s", [2n ** 53n + 1n, 0]), ["9007199254740993", "0"]],
    ["strings", attribute.strings("classlabels_strings", ["cat", "__proto__"]), ["cat", "__proto__"]],
  ])("gives a map for each row: labels are %s", async (_, labels, [first = "", second = ""]) => {
    await withPredictor({ "model.onnx": zipMapModel(labels) }, async (predictor) => {
      const outputs = await predict(predictor, tensors({ x: rows([2, 2], 0.25, 0.75, 1, 0) }));
      const maps = [
        new Float32Map([
          [first, 0.25],
          [second, 0.75],
        ]),
        new Float32Map([
          [first, 1],
          [second, 0],
        ]),
      ];
      expect([...outputs]).toEqual([["zipped", { dtype: "object", shape: [2], data: maps }]]);
    });
  });

  it("gives no maps for no rows", async () => {
    await withPredictor(
      { "model.onnx": zipMapModel(attribute.ints("classlabels_int64s", [0, 1])) },
      async (predictor) => {
        const outputs = await predict(predictor, tensors({ x: rows([0, 2]) }));
        expect(outputs.get("zipped")).toEqual({ dtype: "object", shape: [0], data: [] });
      },
    );
  });

  it("stands in the order of the graph, beside its own numbers and other outputs", async () => {
    const labels = attribute.strings("classlabels_strings", ["a", "b"]);
    const model = zipMapModel(labels, {
      nodes: [identity("x", "numbers")],
      outputs: [value("zipped", zipMapType()), value("numbers", tensorType(ELEMENT.float32, ["N", undefined]))],
    });
    await withPredictor({ "model.onnx": model }, async (predictor) => {
      const outputs = await predict(predictor, tensors({ x: rows([1, 2], 1, 0) }));
      expect([...outputs.keys()]).toEqual(["zipped", "numbers"]);
      expect(outputs.get("numbers")).toEqual(rows([1, 2], 1, 0));
    });
  });

  it("may say no type, or say it among the graph's values too", async () => {
    const labels = attribute.ints("classlabels_int64s", [0, 1]);
    const model = zipMapModel(labels, { outputs: [value("zipped", undefined)] });
    await withPredictor({ "model.onnx": model }, async (predictor) => {
      const outputs = await predict(predictor, tensors({ x: rows([1, 2], 1, 0) }));
      expect(outputs.get("zipped")?.dtype).toBe("object");
    });
  });

  it("needs no operators of ONNX's own domain", async () => {
    const model = zipMapModel(attribute.ints("classlabels_int64s", [0, 1]), { opsets: { "ai.onnx.ml": 1 } });
    await withPredictor({ "model.onnx": model }, async (predictor) => {
      expect((await predict(predictor, tensors({ x: rows([1, 2], 1, 0) }))).get("zipped")?.shape).toEqual([1]);
    });
  });

  it.each([false, true])("leaves weights in another file where they are (a private folder: %s)", async (isPrivate) => {
    const scale = node({ operator: "Mul", inputs: ["in", "w"], outputs: ["x"] });
    const model = zipMapModel(attribute.ints("classlabels_int64s", [0, 1]), {
      nodes: [scale],
      inputs: [value("in", tensorType(ELEMENT.float32, ["N", 2]))],
      initializers: [externalTensor("w", [2], { location: "w.data", length: "8" })],
    });
    const weights = new Uint8Array(Float32Array.of(2, 10).buffer);
    await withFolder({ "model.onnx": model, "w.data": weights }, async (folder) => {
      await using predictor = await loadFolder(folder, {}, { isPrivate });
      expect(readdirSync(folder).sort()).toEqual(["model.onnx", "w.data"]);
      const outputs = await predict(predictor, tensors({ in: rows([1, 2], 1, 3) }));
      expect(outputs.get("zipped")?.data).toEqual([
        new Float32Map([
          ["0", 2],
          ["1", 30],
        ]),
      ]);
    });
  });

  it("fails as the model's fault when the numbers are not one for each label", async () => {
    await withPredictor(
      { "model.onnx": zipMapModel(attribute.ints("classlabels_int64s", [0, 1, 2])) },
      async (predictor) => {
        const error = await failureOf(predict(predictor, tensors({ x: rows([1, 2], 1, 0) })));
        expect([error.kind, error.message]).toEqual([
          "model_failed",
          'output "zipped": the model returned values that its class labels do not fit: expected 3 numbers for each row',
        ]);
      },
    );
  });
});

describe("a damaged model with a ZipMap", () => {
  it("is refused although only its rewriting meets the damage", async () => {
    const model = zipMapModel(attribute.ints("classlabels_int64s", [0, 1]));
    // A field among the graph's values that says it is longer than it is.
    const damaged = message([1, 8], [7, Buffer.concat([graphOf(model), message([13, Uint8Array.of(0x0a, 0x7f)])])]);
    await withFolder({ "model.onnx": damaged }, async (folder) => {
      const error = await failureOf(loadFolder(folder));
      expect([error.kind, error.message]).toEqual([
        "invalid_model",
        '"model.onnx": it is not an ONNX model, or it is damaged',
      ]);
    });
  });
});

/** The content of a model's graph, field 7 of the file. */
function graphOf(model: Uint8Array): Uint8Array {
  let graph = new Uint8Array();
  readFields(model, {
    7: messageField((bytes) => {
      graph = new Uint8Array(bytes);
    }),
  });
  return graph;
}

describe("scikit-learn's classifiers", () => {
  it.each([
    ["iris_zipmap", "int64", "X", ["0", "1", "2"]],
    ["iris_zipmap_str", "string", "X", ["setosa", "versicolor", "virginica"]],
  ])("return labels and probabilities: %s", async (name, dtype, input, labels) => {
    const predictor = await loadFolder(FIXTURES + name);
    try {
      const outputs = await predict(predictor, tensors({ [input]: rows([1, 4], 5.1, 3.5, 1.4, 0.2) }));
      expect([...outputs.keys()]).toEqual(["output_label", "output_probability"]);
      expect(outputs.get("output_label")?.dtype).toBe(dtype);
      const [map] = outputs.get("output_probability")?.data ?? [];
      expect(map).toBeInstanceOf(Map);
      expect([...(map as Map<string, number>).keys()]).toEqual(labels);
    } finally {
      await predictor[Symbol.asyncDispose]();
    }
  });
});
