import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Batch, UNNAMED } from "../../../src/core/batch.js";
import type { Tensor } from "../../../src/core/tensor.js";
import type { Predictor } from "../../../src/flavors/flavor.js";
import { answer, columns, floats, refused } from "../../support/onnx-answers.js";
import {
  ELEMENT,
  identity,
  identityModel,
  node,
  onnxModel,
  tensor,
  tensorType,
  value,
} from "../../support/onnx-builder.js";
import { FIXTURES, failureOf, loadFolder, predict, tensors, withPredictor } from "../../support/onnx-folder.js";

const signal = new AbortController().signal;

describe("a model of one input", () => {
  const row: Tensor = { dtype: "float32", shape: [1, 2], data: Float32Array.of(1, 2) };

  it.each<[string, Batch]>([
    ["the tensor of its name", tensors({ x: row })],
    ["a tensor without a name", tensors({ [UNNAMED]: row })],
    ["columns as one matrix, whatever their names", columns({ b: floats(1), a: floats(2) })],
    ["columns of different numbers", columns({ a: { dtype: "int64", data: BigInt64Array.of(1n) }, b: floats(2) })],
  ])("takes %s", async (_, batch) => {
    expect(await answer(ELEMENT.float32, [undefined, 2], batch)).toEqual(row);
  });

  it("puts columns side by side, row by row", async () => {
    const batch = columns({ a: floats(1, 3), b: { dtype: "int32", data: Int32Array.of(2, 4) } });
    expect(await answer(ELEMENT.int64, [undefined, 2], batch)).toEqual({
      dtype: "int64",
      shape: [2, 2],
      data: BigInt64Array.of(1n, 2n, 3n, 4n),
    });
  });

  it("takes one column where the graph wants a list", async () => {
    expect((await answer(ELEMENT.float32, [undefined], columns({ a: floats(1, 2) })))?.shape).toEqual([2]);
  });

  it("takes strings and mixed values side by side", async () => {
    const batch = columns({ a: { dtype: "string", data: ["x", "y"] }, b: { dtype: "object", data: ["z", 5] } });
    expect((await answer(ELEMENT.string, [undefined, 2], batch))?.data).toEqual(["x", "z", "y", "5"]);
  });

  it("takes no rows", async () => {
    expect((await answer(ELEMENT.float32, [undefined, 2], columns({ a: floats(), b: floats() })))?.shape).toEqual([
      0, 2,
    ]);
  });

  it.each<[string, Batch, string]>([
    ["a tensor of another name", tensors({ z: row }), 'missing input "x"'],
    ["more tensors than inputs", tensors({ x: row, z: row }), 'the model has no inputs but "x": the request has more'],
    ["too few columns", columns({ a: floats(1) }), 'input "x": expected the shape [N, 2], got [1, 1]'],
    [
      "too many dimensions",
      tensors({ x: { ...row, shape: [1, 1, 2] } }),
      'input "x": expected the shape [N, 2], got [1, 1, 2]',
    ],
    ["too few dimensions", tensors({ x: { ...row, shape: [2] } }), 'input "x": expected the shape [N, 2], got [2]'],
    [
      "booleans among numbers",
      columns({ a: floats(1), flag: { dtype: "bool", data: Uint8Array.of(1) } }),
      'column "flag": expected float32, got bool beside columns of another type',
    ],
    [
      "a string among numbers",
      columns({ a: floats(1), word: { dtype: "string", data: ["x"] } }),
      'column "word": expected float32, got string',
    ],
    [
      "a JSON value",
      { kind: "value", value: { a: 1 } },
      "expected tensors or a table, got a JSON value of another form",
    ],
  ])("refuses %s", async (_, batch, message) => {
    expect(await refused(ELEMENT.float32, [undefined, 2], batch)).toBe(message);
  });

  it("names the column and row of a value that does not fit", async () => {
    const batch = columns({ a: floats(1, 2), "b\u202e": floats(1, 2.5) });
    expect(await refused(ELEMENT.int32, [undefined, 2], batch)).toBe(
      'column "b\\u202e", row 1: expected int32, got a number that is not whole',
    );
  });
});

describe("a model of several inputs and outputs", () => {
  const model = onnxModel({
    nodes: [
      identity("n", "out_n"),
      identity("v", "out_v"),
      node({ operator: "ReduceSum", inputs: ["v", "axis"], outputs: ["total"] }),
    ],
    inputs: [
      value("v", tensorType(ELEMENT.float32, [undefined, 1])),
      value("n", tensorType(ELEMENT.int64, [undefined])),
    ],
    outputs: [
      value("total", undefined),
      value("out_v", tensorType(ELEMENT.float32, [undefined, 1])),
      value("out_n", tensorType(ELEMENT.int64, [undefined])),
    ],
    initializers: [tensor("axis", ELEMENT.int64, [2], BigInt64Array.of(0n, 1n))],
  });

  it("takes columns by name and drops others", async () => {
    await withPredictor({ "model.onnx": model }, async (predictor) => {
      const batch = columns({
        other: { dtype: "string", data: ["a", "b"] },
        n: { dtype: "int32", data: Int32Array.of(1, 2) },
        v: floats(0.5, 1.5),
      });
      const outputs = await predict(predictor, batch);
      expect([...outputs]).toEqual([
        ["total", { dtype: "float32", shape: [1, 1], data: Float32Array.of(2) }],
        ["out_v", { dtype: "float32", shape: [2, 1], data: Float32Array.of(0.5, 1.5) }],
        ["out_n", { dtype: "int64", shape: [2], data: BigInt64Array.of(1n, 2n) }],
      ]);
    });
  });

  it.each<[string, Batch, string]>([
    ["a missing column", columns({ v: floats(1) }), 'missing column "n"'],
    ["missing tensors", tensors({}), 'missing inputs "v", "n"'],
    [
      "a tensor without a name",
      tensors({ [UNNAMED]: { dtype: "float32", shape: [1], data: Float32Array.of(1) } }),
      'expected an object with the inputs "v", "n", got one tensor without a name',
    ],
  ])("refuses %s", async (_, batch, message) => {
    await withPredictor({ "model.onnx": model }, async (predictor) => {
      const error = await failureOf(predictor.predict(batch, { params: new Map(), signal }));
      expect([error.kind, error.message]).toEqual(["model_rejected_input", message]);
    });
  });
});

describe("outputs without dimensions", () => {
  it("are one number", async () => {
    const nodes = [
      node({ operator: "ReduceSum", inputs: ["x"], outputs: ["kept"] }),
      node({ operator: "Squeeze", inputs: ["kept"], outputs: ["y"] }),
    ];
    const model = onnxModel({
      nodes,
      inputs: [value("x", tensorType(ELEMENT.float32, [undefined, 2]))],
      outputs: [value("y", tensorType(ELEMENT.float32, []))],
    });
    await withPredictor({ "model.onnx": model }, async (predictor) => {
      const outputs = await predict(predictor, columns({ a: floats(1, 2), b: floats(3, 4) }));
      expect(outputs.get("y")).toEqual({ dtype: "float32", shape: [], data: Float32Array.of(10) });
    });
  });
});

describe("a run that the runtime refuses", () => {
  let predictor: Predictor;
  beforeAll(async () => {
    predictor = await loadFolder(`${FIXTURES}text_cols`);
  });
  afterAll(() => predictor[Symbol.asyncDispose]());

  it("is the caller's fault, told without the runtime's words", async () => {
    const error = await failureOf(
      predictor.predict(columns({ text: { dtype: "string", data: [] } }), { params: new Map(), signal }),
    );
    expect(error.kind).toBe("model_rejected_input");
    expect(error.message).toMatch(/^the model's TfIdfVectorizer step cannot run on these values or sizes\. Check /);
    expect(error.cause).toBeInstanceOf(Error);
  });

  it("does not start when nobody waits for it", async () => {
    const batch = columns({ text: { dtype: "string", data: ["a"] } });
    const error = await failureOf(predictor.predict(batch, { params: new Map(), signal: AbortSignal.abort() }));
    expect(error.kind).toBe("request_aborted");
  });
});

describe("rows of several requests", () => {
  it.each([
    ["free first dimensions", identityModel(ELEMENT.float32, ["N", 2]), true],
    ["a fixed first dimension", identityModel(ELEMENT.float32, [1, 2]), false],
    ["no dimensions", identityModel(ELEMENT.float32, []), false],
    ["a free rank", identityModel(ELEMENT.float32, undefined), false],
  ])("can share a run or not: %s", async (_, model, batchable) => {
    expect(await withPredictor({ "model.onnx": model }, async (predictor) => predictor.batchable)).toBe(batchable);
  });
});
