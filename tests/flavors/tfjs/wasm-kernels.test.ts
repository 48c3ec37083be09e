import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";
import type { Tensor } from "../../../src/core/tensor.js";
import { predict, tensors } from "../../support/onnx-folder.js";
import { graphModel, node, placeholder, type Weights, withTfjs } from "../../support/tfjs-models.js";

type Types = "DT_FLOAT" | "DT_INT32" | "DT_BOOL" | "DT_STRING";

const VALUES: Readonly<Record<Types, Tensor>> = {
  DT_FLOAT: { dtype: "float32", shape: [2, 2], data: Float32Array.of(0.5, -0.25, 0, 3) },
  DT_INT32: { dtype: "float32", shape: [2, 2], data: Float32Array.of(3, 0, -2, 300) },
  DT_BOOL: { dtype: "bool", shape: [2, 2], data: Uint8Array.of(1, 0, 1, 1) },
  DT_STRING: { dtype: "string", shape: [2, 2], data: ["a", "b", "ü", ""] },
};

const AXIS: Weights = { c: [[1], Int32Array.of(1)] };
const BOUNDS: Weights = { low: [[], Float32Array.of(0)], high: [[], Float32Array.of(2)] };
const STRIDES: Weights = {
  begin: [[2], Int32Array.of(0, 0)],
  end: [[2], Int32Array.of(2, 2)],
  strides: [[2], Int32Array.of(1, 2)],
};
const HOT: Weights = { depth: [[], Int32Array.of(4)], on: [[], Float32Array.of(0.9)], off: [[], Float32Array.of(0.1)] };
const TWICE: Weights = { twice: [[2], Int32Array.of(2, 1)] };
const PLACE: Weights = { place: [[1, 2], Int32Array.of(1, 0)] };
const SIZE: Weights = { size: [[2], Int32Array.of(1, 1)] };
const text = (value: string): object => ({ s: Buffer.from(value).toString("base64") });
const ints = (...values: number[]): object => ({ list: { i: values.map(String) } });
const POOL = {
  ksize: ints(1, 2, 2, 1),
  strides: ints(1, 2, 2, 1),
  padding: text("SAME"),
  data_format: text("NHWC"),
};

interface Operator {
  readonly op: string;
  readonly type: Types;
  readonly inputs: readonly string[];
  readonly weights?: Weights;
  readonly attr?: object;
  /** The sizes of `x`, where they are not 2 by 2. */
  readonly sizes?: readonly number[];
  readonly first: number | string;
}

/** What a kernel of the WebAssembly backend refuses or answers wrongly by itself, and what the first element is. */
const OPERATORS: readonly Operator[] = [
  { op: "Cast", type: "DT_FLOAT", inputs: ["x"], attr: { DstT: { type: "DT_BOOL" } }, first: 1 },
  { op: "Cast", type: "DT_INT32", inputs: ["x"], attr: { DstT: { type: "DT_BOOL" } }, first: 1 },
  { op: "StridedSlice", type: "DT_INT32", inputs: ["x", "begin", "end", "strides"], weights: STRIDES, first: 3 },
  { op: "StridedSlice", type: "DT_BOOL", inputs: ["x", "begin", "end", "strides"], weights: STRIDES, first: 1 },
  { op: "ReverseV2", type: "DT_BOOL", inputs: ["x", "c"], weights: AXIS, first: 0 },
  { op: "SelectV2", type: "DT_BOOL", inputs: ["x", "x", "x"], first: 1 },
  { op: "OneHot", type: "DT_INT32", inputs: ["x", "depth", "on", "off"], weights: HOT, first: 0.1 },
  { op: "ClipByValue", type: "DT_INT32", inputs: ["x", "low", "high"], weights: BOUNDS, first: 2 },
  { op: "BatchMatMulV2", type: "DT_INT32", inputs: ["x", "x"], first: 9 },
  { op: "Reciprocal", type: "DT_INT32", inputs: ["x"], first: 0 },
  { op: "Asinh", type: "DT_INT32", inputs: ["x"], first: 1 },
  { op: "MaxPool", type: "DT_INT32", inputs: ["x"], attr: POOL, sizes: [1, 2, 2, 1], first: 300 },
  { op: "Equal", type: "DT_STRING", inputs: ["x", "x"], first: 1 },
  { op: "Tile", type: "DT_STRING", inputs: ["x", "twice"], weights: TWICE, first: "a" },
  { op: "GatherNd", type: "DT_STRING", inputs: ["x", "place"], weights: PLACE, first: "ü" },
  {
    op: "ResizeNearestNeighbor",
    type: "DT_INT32",
    inputs: ["x", "size"],
    weights: SIZE,
    sizes: [1, 2, 2, 1],
    first: 3,
  },
];

function modelOf({ op, type, inputs, weights = {}, attr = {}, sizes = [2, 2] }: Operator) {
  const T = op === "OneHot" ? "DT_FLOAT" : type;
  const nodes = [placeholder("x", type, sizes), node("y", op, inputs, { T: { type: T }, ...attr })];
  return graphModel({ nodes, weights });
}

const backendOf = async (files: Parameters<typeof withTfjs>[0], x: Tensor, block: object) =>
  withTfjs(
    files,
    async (predictor) => {
      const answer = await predict(predictor, tensors({ x }));
      const before = [tf.memory().numTensors, tf.findBackend("cpu").numDataIds()];
      await predict(predictor, tensors({ x }));
      expect([tf.memory().numTensors, tf.findBackend("cpu").numDataIds()]).toEqual(before);
      return { backend: predictor.runtime.backend, y: answer.get("y") };
    },
    block,
  );

describe("on WebAssembly, an operator that its kernel gets wrong for a type", () => {
  it.each(OPERATORS)("answers as on plain JavaScript: $op of $type", async (operator) => {
    const x: Tensor = { ...VALUES[operator.type], shape: [...(operator.sizes ?? [2, 2])] };
    const fast = await backendOf(modelOf(operator), x, {});
    const plain = await backendOf(modelOf(operator), x, { backend: "cpu" });
    expect(fast.backend).toBe("wasm");
    expect(fast.y).toEqual(plain.y);
    const first = fast.y?.data[0];
    expect(typeof first === "number" ? Number(first.toPrecision(6)) : first).toBe(operator.first);
  });

  it("answers so within a branch, which no run on zeros reaches", async () => {
    const args = [{ name: "a", type: "DT_INT32" }];
    const branch = (name: string, product: string) => ({
      signature: { name, inputArg: args, outputArg: [{ name: "out", type: "DT_INT32" }] },
      nodeDef: [node("product", "BatchMatMulV2", ["a", "a"], { T: { type: "DT_INT32" } })],
      ret: { out: product },
    });
    const files = graphModel({
      nodes: [
        placeholder("x", "DT_INT32", [2, 2]),
        placeholder("squared", "DT_BOOL", []),
        node("y", "StatelessIf", ["squared", "x"], {
          Tin: { list: { type: ["DT_INT32"] } },
          Tout: { list: { type: ["DT_INT32"] } },
          then_branch: { func: { name: "square" } },
          else_branch: { func: { name: "same" } },
        }),
      ],
      functions: [branch("square", "product:output:0"), branch("same", "a")],
    });
    const answers = await withTfjs(files, async (predictor) => {
      expect(predictor.runtime.backend).toBe("wasm");
      const run = (squared: number) => {
        const condition: Tensor = { dtype: "bool", shape: [], data: Uint8Array.of(squared) };
        return predict(predictor, tensors({ x: VALUES.DT_INT32, squared: condition }));
      };
      return [await run(0), await run(1)];
    });
    expect(answers.map((answer) => answer.get("y")?.data)).toEqual([
      Int32Array.of(3, 0, -2, 300),
      Int32Array.of(9, 0, -606, 90000),
    ]);
  });
});

describe("kernels of the WebAssembly backend", () => {
  it("are mended once, however many models are loaded", async () => {
    await withTfjs(modelOf(OPERATORS[0] as Operator), async () => {});
    const mended = tf.getKernel("Cast", "wasm");
    await withTfjs(modelOf(OPERATORS[0] as Operator), async () => {});
    expect(tf.getKernel("Cast", "wasm")).toBe(mended);
  });
});
