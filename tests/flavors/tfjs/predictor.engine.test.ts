import * as tf from "@tensorflow/tfjs-core";
import * as layers from "@tensorflow/tfjs-layers";
import { beforeAll, describe, expect, it } from "vitest";
import type { Batch } from "../../../src/core/batch.js";
import type { MlserveError } from "../../../src/core/errors.js";
import type { Tensor } from "../../../src/core/tensor.js";
import type { Predictor } from "../../../src/flavors/flavor.js";
import { predict, tensors } from "../../support/onnx-folder.js";
import { AFFINE, graphModel, LOOP, layersModel, node, placeholder, withTfjs } from "../../support/tfjs-models.js";

const floats = (shape: readonly number[], ...values: number[]): Tensor => ({
  dtype: "float32",
  shape,
  data: Float32Array.from(values),
});
const context = (signal = new AbortController().signal) => ({ params: new Map(), signal });

const TURN = floats([2, 2], 0, 1, 1, 0);
const ROWS = floats([1, 2], 3, 4);

// The engine counts its tensors once it has a backend, which comes with the first model.
beforeAll(() => withTfjs(AFFINE, async () => {}));

async function runMany(predictor: Predictor, runs: number, good: Batch, bad: Batch): Promise<Record<string, number>> {
  const outcomes: Record<string, number> = {};
  const aborted = AbortSignal.abort();
  for (let i = 0; i < runs; i++) {
    const outcome = await predictor
      .predict(i % 10 === 5 ? bad : good, context(i % 10 === 9 ? aborted : undefined))
      .then(
        () => "answered",
        ({ kind }: MlserveError) => kind,
      );
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  }
  return outcomes;
}

const RUNS = 10_000;

describe("no tensor is left behind", () => {
  const mismatched = graphModel({
    nodes: [
      placeholder("x", "DT_FLOAT", [-1, 3]),
      placeholder("b", "DT_FLOAT", [-1]),
      node("sine", "Sin", ["x"]),
      node("y", "AddV2", ["sine", "b"]),
    ],
  });
  const x = floats([2, 3], 1, 2, 3, 4, 5, 6);
  const cases = [
    {
      name: "a graph model",
      files: async () => mismatched,
      good: tensors({ x, b: floats([3], 1, 2, 3) }),
      bad: tensors({ x, b: floats([2], 1, 2) }),
    },
    {
      name: "a graph with control flow",
      files: async () => LOOP,
      good: tensors({ x: ROWS, m: TURN }),
      bad: tensors({ x: ROWS, m: floats([2, 3], 1, 2, 3, 4, 5, 6) }),
    },
    {
      name: "a layers model",
      files: async () => {
        const left = layers.input({ shape: [null, 2] });
        const right = layers.input({ shape: [null, 2] });
        const sum = layers.layers.add().apply([left, right]) as layers.SymbolicTensor;
        const model = layers.model({ inputs: [left, right], outputs: sum });
        const files = await layersModel(model);
        model.dispose();
        return files;
      },
      good: undefined,
      bad: undefined,
    },
  ];

  it.each(cases)(
    `after ${RUNS} predictions: $name`,
    async ({ files, good, bad }) => {
      const outside = tf.memory().numTensors;
      await withTfjs(await files(), async (predictor) => {
        const [left, right] = ["input1", "input2"];
        const pair = (rows: number): Batch =>
          tensors({
            [left ?? ""]: floats([1, 2, 2], 1, 2, 3, 4),
            [right ?? ""]: floats([1, rows, 2], ...new Array<number>(2 * rows).fill(1)),
          });
        await predictor.predict(good ?? pair(2), context());
        const before = tf.memory().numTensors;
        const outcomes = await runMany(predictor, RUNS, good ?? pair(2), bad ?? pair(3));
        expect(outcomes).toEqual({
          answered: RUNS * 0.8,
          model_rejected_input: RUNS * 0.1,
          request_aborted: RUNS * 0.1,
        });
        expect(tf.memory().numTensors).toBe(before);
      });
      expect(tf.memory().numTensors).toBe(outside);
    },
    120_000,
  );

  it("when the model is disposed of in the midst of runs", async () => {
    const outside = tf.memory().numTensors;
    await withTfjs(LOOP, async (predictor) => {
      const runs = Array.from({ length: 5 }, () => predict(predictor, tensors({ x: ROWS, m: TURN })));
      await predictor[Symbol.asyncDispose]();
      for (const answer of await Promise.all(runs)) expect(answer.get("last")).toEqual(floats([1, 2], 4, 3));
    });
    expect(tf.memory().numTensors).toBe(outside);
  });
});

describe("models that share the engine", () => {
  it("each run on their own backend, at the same time and with control flow", async () => {
    await withTfjs(LOOP, (loop) =>
      withTfjs(
        AFFINE,
        async (affine) => {
          expect([loop.runtime.backend, affine.runtime.backend]).toEqual(["wasm", "cpu"]);
          const answers = await Promise.all(
            Array.from({ length: 40 }, (_, i) =>
              i % 2 === 0
                ? predict(loop, tensors({ x: ROWS, m: TURN }))
                : predict(affine, tensors({ x: floats([1, 3], i, i, i) })),
            ),
          );
          answers.forEach((answer, i) => {
            if (i % 2 === 0) expect(answer.get("last")).toEqual(floats([1, 2], 4, 3));
            else expect(answer.get("y")).toEqual(floats([1, 3], 2 * i + 1, 2 * i + 2, 2 * i + 3));
          });
        },
        { backend: "cpu" },
      ),
    );
  });

  it("do not hand out their own weights", async () => {
    const constant = graphModel({
      nodes: [placeholder("x", "DT_FLOAT", [-1]), node("y", "Identity", ["w", "^x"], { T: { type: "DT_FLOAT" } })],
      weights: { w: [[2], Float32Array.of(1, 2)] },
    });
    const answers = await withTfjs(
      constant,
      async (predictor) => {
        const first = await predict(predictor, tensors({ x: floats([1], 0) }));
        const { data } = first.get("y") ?? floats([0]);
        (data as Float32Array).fill(9);
        return predict(predictor, tensors({ x: floats([1], 0) }));
      },
      { backend: "cpu" },
    );
    expect(answers.get("y")).toEqual(floats([2], 1, 2));
  });
});
