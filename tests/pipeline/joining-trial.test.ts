import { describe, expect, it } from "vitest";
import type { Batch, Params } from "../../src/core/batch.js";
import type { Outputs, Predictor } from "../../src/flavors/flavor.js";
import { findJoiningFault } from "../../src/pipeline/joining-trial.js";
import { attribute, ELEMENT, node, onnxModel, tensorType, value } from "../support/onnx-builder.js";
import { loadFolder, withFolder } from "../support/onnx-folder.js";

const NONE: Params = new Map();

function rows(...values: readonly (readonly number[])[]): Batch {
  const data = Float32Array.from(values.flat());
  const shape = [values.length, values[0]?.length ?? 0];
  return { kind: "tensors", tensors: new Map([["x", { dtype: "float32", shape, data }]]) };
}

/** A model of `x`, [N, 2], and `y`. */
function model(...nodes: readonly Uint8Array[]): Uint8Array {
  return onnxModel({
    nodes,
    inputs: [value("x", tensorType(ELEMENT.float32, ["N", 2]))],
    outputs: [value("y", tensorType(ELEMENT.float32, ["N", undefined]))],
  });
}

const MEAN = { inputs: ["x"], outputs: ["mean"] };
const subtract = node({ operator: "Sub", inputs: ["x", "mean"], outputs: ["y"] });

const MODELS = {
  "looks at each row": model(
    node({ operator: "ReduceMean", ...MEAN, attributes: [attribute.ints("axes", [1])] }),
    subtract,
  ),
  "normalises over the batch": model(
    node({ operator: "ReduceMean", ...MEAN, attributes: [attribute.ints("axes", [0])] }),
    subtract,
  ),
  "has one row for all": model(node({ operator: "ReduceMax", inputs: ["x"], outputs: ["y"] })),
};

async function tryModel(name: keyof typeof MODELS, example: Batch): Promise<string | undefined> {
  return withFolder({ "model.onnx": MODELS[name] }, async (folder) => {
    await using predictor = await loadFolder(folder);
    expect(predictor.batchable).toBe(true);
    return await findJoiningFault(predictor, { example, params: NONE });
  });
}

describe("rows of an ONNX model that", () => {
  it.each([
    { name: "of three rows", example: rows([1, 2], [3, 5], [7, 7]) },
    { name: "of one row, which others are made from", example: rows([1, 2]) },
  ])("looks at each row may be joined, by an example $name", async ({ example }) => {
    expect(await tryModel("looks at each row", example)).toBeUndefined();
  });

  it.each([
    { name: "of three rows", example: rows([1, 2], [3, 5], [7, 7]) },
    { name: "of one row, which others are made from", example: rows([1, 2]) },
  ])("normalises over the batch may not, by an example $name", async ({ example }) => {
    const fault = "rows that are run together give other values or shapes than alone";
    expect(await tryModel("normalises over the batch", example)).toBe(fault);
  });

  it("has one row for all of them may not", async () => {
    const fault = "its outputs have not one row for each row of its inputs";
    expect(await tryModel("has one row for all", rows([1, 2], [3, 5], [7, 7]))).toBe(fault);
  });
});

describe("a model", () => {
  const echo = async (batch: Batch): Promise<Outputs> => batch;
  const rowsOf = (batch: Batch): number => (batch.kind === "columns" ? batch.rows : 0);
  const table = (...texts: readonly string[]): Batch => ({
    kind: "columns",
    rows: texts.length,
    columns: new Map([["s", { dtype: "string", data: texts }]]),
  });
  /** One whose runs take as long as the function says for so many rows, by its own clock. */
  const slow = (milliseconds: (count: number) => number) => {
    let now = 0;
    const predict: Predictor["predict"] = async (batch) => {
      now += milliseconds(rowsOf(batch));
      return batch;
    };
    return { predict, clock: () => now };
  };

  it.each([
    { name: "without three different rows", predict: echo, example: table("a", "a"), fault: /no three different rows/ },
    {
      name: "of values",
      predict: echo,
      example: { kind: "value", value: 1 } as Batch,
      fault: /no three different rows/,
    },
    {
      name: "that streams",
      predict: async () => (async function* () {})(),
      example: table("a", "b", "c"),
      fault: /^it streams its answers$/,
    },
    {
      name: "that takes no three rows",
      predict: async (batch: Batch) => (rowsOf(batch) > 1 ? Promise.reject(new Error("one row")) : batch),
      example: table("a", "b", "c"),
      fault: /do not run alone and together$/,
    },
  ])("$name is not joined", async ({ predict, example, fault }) => {
    expect(await findJoiningFault({ predict }, { example, params: NONE })).toMatch(fault);
  });

  it("that takes as long for three rows as for each of them is not joined", async () => {
    const { predict, clock } = slow((count) => 10 * count);
    expect(await findJoiningFault({ predict }, { example: table("a", "b", "c"), params: NONE, clock })).toBe(
      "three rows take 30.0 ms together and 30.0 ms alone: nothing would be saved",
    );
  });

  it.each([
    { name: "that takes little longer for three rows", milliseconds: (count: number) => 10 + count },
    { name: "that takes next to no time", milliseconds: (count: number) => 0.1 * count },
  ])("$name is joined", async ({ milliseconds }) => {
    const { predict, clock } = slow(milliseconds);
    expect(await findJoiningFault({ predict }, { example: table("a", "b", "c"), params: NONE, clock })).toBeUndefined();
  });
});
