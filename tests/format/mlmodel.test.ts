import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseMlmodel } from "../../src/format/mlmodel.js";
import { goldenModels, modelPath } from "../support/golden.js";

const read = (model: string) => parseMlmodel(readFileSync(`${modelPath(model)}/MLmodel`));

describe("parseMlmodel", () => {
  it.each(goldenModels())("reads the file of %s", (model) => {
    const { flavors, raw } = read(model);
    expect(flavors.has("python_function")).toBe(true);
    expect([...flavors.keys()]).toEqual(Object.keys(Object(raw.flavors)));
  });

  it("reads text that stands folded over lines as one line", () => {
    expect(read("iris_zipmap").signature.inputs).toMatchObject({
      kind: "columns",
      columns: [
        { name: "sepal length (cm)" },
        { name: "sepal width (cm)" },
        { name: "petal length (cm)" },
        { name: "petal width (cm)" },
      ],
    });
  });

  it("reads nested lists, escapes and every level of metadata", () => {
    const { flavors, metadata } = read("onnx_session_opts");
    expect(flavors.get("onnx")?.providers).toEqual([
      ["CUDAExecutionProvider", { device_id: 0 }],
      "CPUExecutionProvider",
    ]);
    expect(metadata).toEqual({ n: 3, nested: { a: [1, null] }, owner: "équipe" });
  });

  it("says which signature is from a type hint", () => {
    expect(read("py_typehint").signature.fromTypeHint).toBe(true);
    expect(read("py_array").signature).not.toHaveProperty("fromTypeHint");
  });

  it("keeps what it does not know", () => {
    expect(read("legacy_mlmodel").raw.some_unknown_key).toEqual({ a: 1 });
  });

  it("reads the input example's place", () => {
    expect(read("trees100").inputExample).toEqual({
      artifactPath: "input_example.json",
      servingInputPath: "serving_input_example.json",
      type: "dataframe",
    });
  });

  it.each([
    ["quoted", "utc_time_created: '2021-03-04 05:06:07.891011'"],
    ["not quoted", "utc_time_created: 2021-03-04 05:06:07.891011"],
  ])("leaves a time that is %s a string", (_, line) => {
    expect(parseMlmodel(`flavors: {}\n${line}\n`).raw.utc_time_created).toBe("2021-03-04 05:06:07.891011");
  });

  it("takes a file with nothing but a mapping", () => {
    const { flavors, signature, modelUuid } = parseMlmodel("a: 1");
    expect({ flavors, signature, modelUuid }).toEqual({
      flavors: new Map(),
      signature: { inputs: undefined, outputs: undefined, params: undefined },
      modelUuid: undefined,
    });
  });

  it("reads a file that starts with a byte order mark", () => {
    expect(parseMlmodel("\ufeffmlflow_version: 3.17.2").mlflowVersion).toBe("3.17.2");
  });

  it("keeps a key that is named like a prototype apart from it", () => {
    const { flavors, raw } = parseMlmodel("flavors:\n  __proto__: {polluted: 1}\n  constructor: {}\n");
    expect([...flavors.keys()]).toContain("constructor");
    expect(Object.hasOwn(raw, "polluted")).toBe(false);
    expect(Object(raw.flavors).polluted).toBeUndefined();
  });

  it.each([
    { name: "flavors that are a list", text: "flavors: [onnx]", where: "MLmodel: flavors:" },
    { name: "a flavor that is no mapping", text: "flavors: {onnx: 3}", where: "MLmodel: flavors.onnx:" },
    { name: "a flavor without content", text: "flavors:\n  onnx:\n", where: "MLmodel: flavors.onnx:" },
    { name: "a signature that is text", text: "signature: x", where: "MLmodel: signature:" },
    { name: "a signature that is no JSON", text: "signature: {inputs: '['}", where: "MLmodel: signature.inputs:" },
    { name: "a version that is a number", text: "mlflow_version: 1.5", where: "MLmodel: mlflow_version:" },
    { name: "metadata that is a list", text: "metadata: []", where: "MLmodel: metadata:" },
    {
      name: "an example without a path",
      text: "saved_input_example_info: {type: dataframe}",
      where: "MLmodel: saved_input_example_info.artifact_path:",
    },
    { name: "a key with a line break", text: 'flavors: {"a\\nb": 3}', where: 'MLmodel: flavors."a\\nb":' },
  ])("names the field of $name", ({ text, where }) => {
    expect(() => parseMlmodel(text)).toThrow(
      expect.objectContaining({ kind: "invalid_descriptor", message: expect.stringContaining(where) }),
    );
  });

  it.each([
    { name: "bytes that are not UTF-8", content: Buffer.from([0x61, 0x3a, 0x20, 0xff]), reason: "UTF-8" },
    { name: "a file of more than a mebibyte", content: `a: ${"x".repeat(1024 * 1024)}`, reason: "1048576 bytes" },
  ])("refuses $name", ({ content, reason }) => {
    expect(() => parseMlmodel(content)).toThrow(
      expect.objectContaining({ kind: "invalid_descriptor", message: expect.stringContaining(reason) }),
    );
  });
});
