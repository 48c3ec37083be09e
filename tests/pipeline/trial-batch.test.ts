import { describe, expect, it } from "vitest";
import { openModel } from "../../src/format/open-model.js";
import type { Schema, Signature } from "../../src/format/signature.js";
import { trialBatch } from "../../src/pipeline/trial-batch.js";
import { modelPath } from "../support/golden.js";

const ARRAYS = { unsigned: "arrays" } as const;

/** A model without an example, and with these inputs. */
async function withInputs(inputs: Schema | undefined, more: Partial<Signature> = {}) {
  await using model = await openModel(modelPath("cnn_small"));
  const signature: Signature = { inputs, outputs: undefined, params: undefined, ...more };
  return await trialBatch(
    { ...model, descriptor: { ...model.descriptor, inputExample: undefined, signature } },
    ARRAYS,
  );
}

const scalar = (name: string, type: "double" | "long" | "string") =>
  ({ name, type: { kind: "scalar", type }, required: true }) as const;
const tensor = (shape: readonly number[], name?: string) =>
  ({ dtype: "float32", shape, ...(name === undefined ? {} : { name }) }) as const;

describe("what a model is timed with", () => {
  it("is its input example", async () => {
    await using model = await openModel(modelPath("trees100"));
    const found = await trialBatch(model, ARRAYS);
    expect(found?.batch).toMatchObject({ kind: "columns" });
    expect(found?.batch.kind === "columns" && [...found.batch.columns.keys()]).toHaveLength(8);
  });

  it("is a row of zeros of its columns", async () => {
    const found = await withInputs({ kind: "columns", columns: [scalar("a", "double"), scalar("b", "long")] });
    expect(found?.batch).toEqual({
      kind: "columns",
      rows: 1,
      columns: new Map<string, object>([
        ["a", { dtype: "float64", data: Float64Array.of(0) }],
        ["b", { dtype: "int64", data: BigInt64Array.of(0n) }],
      ]),
    });
  });

  it.each([
    { name: "named", spec: tensor([-1, 2, 3], "x"), key: "x" },
    { name: "without a name", spec: tensor([-1, 2, 3]), key: "" },
  ])("is zeros of a tensor $name, with one row", async ({ spec, key }) => {
    const found = await withInputs({ kind: "tensors", tensors: [spec] });
    expect(found?.batch).toEqual({
      kind: "tensors",
      tensors: new Map([[key, { dtype: "float32", shape: [1, 2, 3], data: new Float32Array(6) }]]),
    });
  });

  it.each<{ name: string; inputs: Schema | undefined; more?: Partial<Signature> }>([
    { name: "a text", inputs: { kind: "columns", columns: [scalar("a", "string")] } },
    { name: "a tensor beyond all measure", inputs: { kind: "tensors", tensors: [tensor([-1, 1e6, 1e6])] } },
    { name: "no signature", inputs: undefined },
    {
      name: "params",
      inputs: { kind: "tensors", tensors: [tensor([-1])] },
      more: { params: [{ name: "k", type: { kind: "scalar", type: "long" }, default: 1n, list: false }] },
    },
  ])("is nothing for $name", async ({ inputs, more }) => {
    expect(await withInputs(inputs, more)).toBeUndefined();
  });
});
