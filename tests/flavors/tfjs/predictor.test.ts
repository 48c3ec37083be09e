import * as layers from "@tensorflow/tfjs-layers";
import { describe, expect, it } from "vitest";
import type { Tensor } from "../../../src/core/tensor.js";
import { type Files, failureOf, predict, tensors } from "../../support/onnx-folder.js";
import {
  AFFINE,
  changed,
  graphModel,
  LOOP,
  layersModel,
  node,
  placeholder,
  withTfjs,
} from "../../support/tfjs-models.js";

const floats = (shape: readonly number[], ...values: number[]): Tensor => ({
  dtype: "float32",
  shape,
  data: Float32Array.from(values),
});
const context = (signal = new AbortController().signal) => ({ params: new Map(), signal });

const TURN = floats([2, 2], 0, 1, 1, 0);
const ROWS = floats([1, 2], 3, 4);

const rows = { name: "y:0", dtype: "DT_FLOAT", tensorShape: { dim: [{ size: "-1" }, { size: "3" }] } };
const DESCRIBED = changed(AFFINE, (json: object) => ({ ...json, signature: { outputs: { y: rows } } }));

async function dense(): Promise<Files> {
  const model = layers.sequential({
    layers: [layers.layers.dense({ units: 4, inputShape: [3], activation: "relu", kernelInitializer: "ones" })],
  });
  const files = await layersModel(model);
  model.dispose();
  return files;
}

describe("a graph model", () => {
  it("gives its outputs by their names", async () => {
    const answer = await withTfjs(AFFINE, (predictor) =>
      predict(predictor, tensors({ x: floats([2, 3], 1, 2, 3, 4, 5, 6) })),
    );
    expect([...answer]).toEqual([["y", floats([2, 3], 3, 6, 9, 9, 12, 15)]]);
  });

  it("takes the columns of a table for its only input", async () => {
    const column = (...values: number[]) => ({ dtype: "float64", data: Float64Array.from(values) }) as const;
    const columns = new Map(Object.entries({ a: column(1, 4), b: column(2, 5), c: column(3, 6) }));
    const answer = await withTfjs(AFFINE, (predictor) => predict(predictor, { kind: "columns", rows: 2, columns }));
    expect(answer.get("y")).toEqual(floats([2, 3], 3, 6, 9, 9, 12, 15));
  });

  it("takes no rows at all", async () => {
    const answer = await withTfjs(AFFINE, (predictor) => predict(predictor, tensors({ x: floats([0, 3]) })));
    expect(answer.get("y")).toEqual(floats([0, 3]));
  });

  it.each(["cpu", "wasm"])("casts what it returns to the type that it says (%s)", async (backend) => {
    const bools: Tensor = { dtype: "bool", shape: [2], data: Uint8Array.of(1, 0) };
    const answers = ["DT_FLOAT", "DT_INT32"].map((type) => {
      const cast = node("y", "Cast", ["x"], { DstT: { type } });
      const files = graphModel({ nodes: [placeholder("x", "DT_BOOL", [2]), cast] });
      return withTfjs(files, (predictor) => predict(predictor, tensors({ x: bools })), { backend });
    });
    const [float, int] = await Promise.all(answers);
    expect(float?.get("y")).toEqual(floats([2], 1, 0));
    expect(int?.get("y")).toEqual({ dtype: "int32", shape: [2], data: Int32Array.of(1, 0) });
  });

  it("runs loops and lists", async () => {
    const answer = await withTfjs(LOOP, (predictor) => predict(predictor, tensors({ x: ROWS, m: TURN })));
    expect(Object.fromEntries(answer)).toEqual({
      last: floats([1, 2], 4, 3),
      all: floats([3, 1, 2], 4, 3, 3, 4, 4, 3),
    });
  });

  it.each([
    { files: DESCRIBED, batchable: true },
    { files: LOOP, batchable: false },
  ])("says whether rows may share a run: $batchable", async ({ files, batchable }) => {
    expect(await withTfjs(files, async (predictor) => predictor.batchable)).toBe(batchable);
  });
});

const identity = (type: string, sizes: readonly number[] = [-1]): Files =>
  graphModel({
    nodes: [placeholder("x", type, sizes), node("y", "Identity", ["x"], { T: { type } })],
    more: {
      signature: {
        inputs: {
          x: { name: "x:0", dtype: type, tensorShape: { dim: sizes.map((size) => ({ size: String(size) })) } },
        },
        outputs: {
          y: { name: "y:0", dtype: type, tensorShape: { dim: sizes.map((size) => ({ size: String(size) })) } },
        },
      },
    },
  });

describe("element types", () => {
  it.each<{ type: string; given: Tensor; returned: Tensor }>([
    { type: "DT_FLOAT", given: floats([1], 0.5), returned: floats([1], 0.5) },
    {
      type: "DT_DOUBLE",
      given: { dtype: "float64", shape: [1], data: Float64Array.of(0.1) },
      returned: floats([1], 0.1),
    },
    {
      type: "DT_INT32",
      given: { dtype: "int32", shape: [2], data: Int32Array.of(-(2 ** 31), 2 ** 31 - 1) },
      returned: { dtype: "int32", shape: [2], data: Int32Array.of(-(2 ** 31), 2 ** 31 - 1) },
    },
    {
      type: "DT_INT64",
      given: { dtype: "int64", shape: [1], data: BigInt64Array.of(-5n) },
      returned: { dtype: "int32", shape: [1], data: Int32Array.of(-5) },
    },
    {
      type: "DT_BOOL",
      given: { dtype: "bool", shape: [2], data: Uint8Array.of(1, 0) },
      returned: { dtype: "bool", shape: [2], data: Uint8Array.of(1, 0) },
    },
    {
      type: "DT_STRING",
      given: { dtype: "string", shape: [2], data: ["", "größer 🙂"] },
      returned: { dtype: "string", shape: [2], data: ["", "größer 🙂"] },
    },
  ])("pass: $type", async ({ type, given, returned }) => {
    expect((await withTfjs(identity(type), (each) => predict(each, tensors({ x: given })))).get("y")).toEqual(returned);
  });

  it.each<{ name: string; type: string; given: Tensor; reason: string }>([
    {
      name: "an int64 beyond 32 bits",
      type: "DT_INT64",
      given: { dtype: "int64", shape: [2], data: BigInt64Array.of(1n, 2n ** 31n) },
      reason: 'input "x"[1]: expected int32, got a number out of its range',
    },
    {
      name: "a string for a number",
      type: "DT_FLOAT",
      given: { dtype: "string", shape: [1], data: ["a"] },
      reason: 'input "x": expected float32, got string',
    },
    {
      name: "a shape of another rank",
      type: "DT_FLOAT",
      given: floats([1, 1], 1),
      reason: 'input "x": expected the shape [N], got [1, 1]',
    },
  ])("are refused: $name", async ({ type, given, reason }) => {
    const error = await withTfjs(identity(type), (each) => failureOf(each.predict(tensors({ x: given }), context())));
    expect([error.kind, error.message]).toEqual(["model_rejected_input", reason]);
  });
});

describe("tables", () => {
  const table = graphModel({
    nodes: [
      placeholder("word", "DT_STRING", [-1]),
      node("table", "HashTableV2", [], { key_dtype: { type: "DT_STRING" }, value_dtype: { type: "DT_FLOAT" } }),
      node("y", "LookupTableFindV2", ["table", "word", "none"], {
        Tin: { type: "DT_STRING" },
        Tout: { type: "DT_FLOAT" },
      }),
    ],
    weights: { none: [[], Float32Array.of(-1)] },
  });

  it("stay from one run to the next", async () => {
    const words: Tensor = { dtype: "string", shape: [2], data: ["a", "b"] };
    const answers = await withTfjs(table, async (predictor) => {
      const first = await predict(predictor, tensors({ word: words }));
      return [first, await predict(predictor, tensors({ word: words }))];
    });
    for (const answer of answers) expect(answer.get("y")).toEqual(floats([2], -1, -1));
  });
});

/** Every tenth run is given up, every tenth fails inside. */
describe("a layers model", () => {
  it("tells the names of its inputs and outputs, and what runs it", async () => {
    const files = await dense();
    const answer = await withTfjs(files, async (predictor) => ({
      runtime: predictor.runtime,
      batchable: predictor.batchable,
      outputs: await predict(predictor, tensors({ "": floats([2, 3], 1, 2, 3, 4, 5, 6) })),
    }));
    expect(answer.runtime).toEqual({ runtime: "tfjs", version: expect.stringMatching(/^4\./), backend: "wasm" });
    expect(answer.batchable).toBe(true);
    expect([...answer.outputs.values()]).toEqual([floats([2, 4], 6, 6, 6, 6, 15, 15, 15, 15)]);
  });

  it("keeps no memory of one request for the next", async () => {
    const model = layers.sequential({
      layers: [
        layers.layers.simpleRNN({ units: 2, stateful: true, batchInputShape: [1, 2, 1], recurrentInitializer: "ones" }),
      ],
    });
    const files = await layersModel(model);
    model.dispose();
    await withTfjs(files, async (predictor) => {
      const batch = tensors({ "": floats([1, 2, 1], 0.1, 0.2) });
      expect(await predict(predictor, batch)).toEqual(await predict(predictor, batch));
    });
  });
});
