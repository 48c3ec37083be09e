import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { UNNAMED } from "../../src/core/batch.js";
import { parseJsonText } from "../../src/core/json.js";
import type { RecordedOutput } from "../../src/format/self-test-file.js";
import { formatSignature } from "../../src/format/signature-json.js";
import { inferOutputs } from "../../src/pack/infer-outputs.js";
import { modelPath } from "../support/golden.js";
import { usePacking } from "../support/packing.js";
import { useTemporaryFolder } from "../support/temporary-folder.js";

/** As they stand in the MLmodel file. */
function inferred(outputs: readonly RecordedOutput[], isTable = false): unknown {
  const part = formatSignature({
    inputs: undefined,
    outputs: inferOutputs(outputs, isTable),
    params: undefined,
  }).outputs;
  return part === null ? undefined : JSON.parse(part);
}

const value = (text: string): RecordedOutput[] => [
  { name: UNNAMED, dtype: "object", shape: [], data: [parseJsonText(text)] },
];
const labels: RecordedOutput = { name: "label", dtype: "int64", shape: [2], data: [0, 1] };
const scores: RecordedOutput = { name: "scores", dtype: "float32", shape: [2, 3], data: [0, 1, 0, 1, 0, 0] };

describe("inferOutputs", () => {
  it("gives tensors with a free first dimension", () => {
    expect(inferred([labels, scores])).toEqual([
      { name: "label", type: "tensor", "tensor-spec": { dtype: "int64", shape: [-1] } },
      { name: "scores", type: "tensor", "tensor-spec": { dtype: "float32", shape: [-1, 3] } },
    ]);
  });

  it("gives columns for a table, with lists where a row has several values", () => {
    expect(inferred([labels, scores], true)).toEqual([
      { type: "long", name: "label", required: true },
      { type: "array", items: { type: "float" }, name: "scores", required: true },
    ]);
  });

  it("gives columns where there are maps, whose keys are properties", () => {
    const data = [parseJsonText('{"b": 1.0, "a": 0.5}'), parseJsonText('{"b": 0.25}')];
    expect(inferred([labels, { name: "p", dtype: "object", shape: [2], data }])).toEqual([
      { type: "long", name: "label", required: true },
      {
        type: "object",
        properties: { a: { type: "double", required: false }, b: { type: "double", required: true } },
        name: "p",
        required: true,
      },
    ]);
  });

  it.each<{ name: string; text: string; expected: unknown }>([
    { name: "a list of texts", text: '["a", "b"]', expected: [{ type: "string", required: true }] },
    { name: "integers and floats", text: "[1, 2.5, null]", expected: [{ type: "double", required: false }] },
    { name: "a scalar", text: "true", expected: [{ type: "boolean", required: true }] },
    { name: "lists", text: "[[1], [2, 3]]", expected: [{ type: "array", items: { type: "long" }, required: true }] },
    {
      name: "a list of objects",
      text: '[{"a": 1, "b": null}, {"a": 2, "b": "x"}]',
      expected: [
        { type: "long", name: "a", required: true },
        { type: "string", name: "b", required: false },
      ],
    },
    { name: "nothing", text: "[]", expected: undefined },
    { name: "values of several types", text: '[1, "a"]', expected: undefined },
    { name: "an integer beyond 64 bits", text: "[99999999999999999999]", expected: undefined },
    { name: "objects with a key of several types", text: '[{"a": {"b": 1}}, {"a": {"b": "x"}}]', expected: undefined },
  ])("gives columns for $name", ({ text, expected }) => {
    expect(inferred(value(text))).toEqual(expected);
  });
});

describe("pack with an input example", () => {
  const folder = useTemporaryFolder();
  const { at } = folder;
  const { packTo } = usePacking(folder);

  function copyZipMap(): string {
    cpSync(join(modelPath("iris_zipmap"), "model.onnx"), at("iris.onnx"));
    writeFileSync(at("example.json"), "[[5.1, 3.5, 1.4, 0.2]]");
    return at("iris.onnx");
  }

  it("takes the outputs that the graph cannot say from the answer", async () => {
    const { signature } = await packTo(copyZipMap(), { inputExample: at("example.json") });
    const double = { type: "double", required: true };
    expect(JSON.parse(formatSignature(signature).outputs ?? "")).toEqual([
      { type: "long", name: "output_label", required: true },
      {
        type: "object",
        properties: { 0: double, 1: double, 2: double },
        name: "output_probability",
        required: true,
      },
    ]);
  });

  it("leaves them open without a run", async () => {
    const { signature } = await packTo(copyZipMap(), { inputExample: at("example.json"), selfTest: false });
    expect(signature.outputs).toBeUndefined();
  });

  it("completes a saved model only when an example is given", async () => {
    expect((await packTo(modelPath("iris_zipmap"))).signature.outputs).toBeUndefined();
    const saved = join(modelPath("iris_zipmap"), "serving_input_example.json");
    writeFileSync(at("example.json"), readFileSync(saved));
    const { signature } = await packTo(modelPath("iris_zipmap"), { inputExample: at("example.json") });
    expect(signature.outputs).toMatchObject({ kind: "columns", columns: [{ name: "output_label" }, {}] });
  });

  it("never replaces what the graph says", async () => {
    cpSync(join(modelPath("iris_logreg_tensor"), "model.onnx"), at("iris.onnx"));
    writeFileSync(at("example.json"), "[[5.1, 3.5, 1.4, 0.2]]");
    const without = await packTo(at("iris.onnx"));
    const { signature } = await packTo(at("iris.onnx"), { inputExample: at("example.json") });
    expect(signature.outputs).toEqual(without.signature.outputs);
    expect(signature.outputs).toMatchObject({ kind: "tensors" });
  });
});
