import { describe, expect, it } from "vitest";
import { z } from "zod";
import { chooseFlavor } from "../../src/flavors/choose.js";
import { defineFlavor } from "../../src/flavors/flavor.js";
import { createFlavorRegistry } from "../../src/flavors/registry.js";
import { parseMlmodel } from "../../src/format/mlmodel.js";

const flavorOf = (name: string) =>
  defineFlavor({
    name,
    config: z.object({ data: z.string(), providers: z.array(z.union([z.string(), z.array(z.unknown())])).default([]) }),
    load: () => Promise.reject(new Error("not loaded here")),
  });

const registry = createFlavorRegistry([flavorOf("onnx"), flavorOf("js_function")]);
const choose = (flavors: string, flavor?: string) =>
  chooseFlavor(parseMlmodel(`flavors: ${flavors}`), registry, flavor === undefined ? {} : { useFlavor: flavor });

const advice = (text: string): string => {
  try {
    choose(text);
  } catch (error) {
    if (error instanceof Error && "kind" in error && error.kind === "unsupported_model") return error.message;
    throw error;
  }
  return "";
};

describe("chooseFlavor", () => {
  it("takes the first of the registry that the model has, with its block as the schema reads it", () => {
    const { flavor, config } = choose(
      "{python_function: {}, js_function: {data: a.mjs}, onnx: {data: model.onnx, x: 1}}",
    );
    expect({ name: flavor.name, config }).toEqual({ name: "onnx", config: { data: "model.onnx", providers: [] } });
  });

  it("takes the one that is asked for", () => {
    expect(choose("{js_function: {data: a.mjs}, onnx: {data: model.onnx}}", "js_function").flavor.name).toBe(
      "js_function",
    );
  });

  it.each([
    { name: "that nobody knows", flavor: "nope", reason: 'there is no flavor "nope". Known are: onnx, js_function' },
    {
      name: "that the model has not",
      flavor: "js_function",
      reason: 'the model has no flavor "js_function", only onnx',
    },
    { name: "that cannot be served", flavor: "sklearn", reason: 'there is no flavor "sklearn"' },
  ])("refuses to take a flavor $name", ({ flavor, reason }) => {
    expect(() => choose("{onnx: {data: x}}", flavor)).toThrow(
      expect.objectContaining({ kind: "unknown_flavor", message: expect.stringContaining(reason) }),
    );
  });

  it.each([
    ["{onnx: {}}", "MLmodel: flavors.onnx.data: expected string"],
    ["{onnx: {data: x, providers: [1]}}", "MLmodel: flavors.onnx.providers[0]:"],
  ])("names the field that is wrong in %s", (flavors, reason) => {
    expect(() => choose(flavors)).toThrow(
      expect.objectContaining({ kind: "invalid_descriptor", message: expect.stringContaining(reason) }),
    );
  });

  it.each([
    ["{sklearn: {}, python_function: {loader_module: mlflow.sklearn}}", "sklearn, python_function", "skl2onnx.to_onnx"],
    ["{pytorch: {}, python_function: {}}", "pytorch, python_function", "torch.onnx.export"],
    ["{xgboost: {}}", "xgboost", "onnxmltools"],
    ["{lightgbm: {}}", "lightgbm", "onnxmltools"],
    ["{catboost: {}}", "catboost", 'format="onnx"'],
    ["{spark: {}}", "spark", "onnxmltools"],
    ["{tensorflow: {}}", "tensorflow", "tf2onnx"],
    ["{keras: {}}", "keras", "tensorflowjs_converter"],
    ["{transformers: {}}", "transformers", "torch.onnx.export"],
    ["{python_function: {loader_module: mlflow.sklearn}}", "python_function", "skl2onnx.to_onnx"],
    ["{python_function: {loader_module: mlflow.pyfunc.model}}", "python_function", "js_function"],
    ["{prophet: {}, python_function: {}}", "prophet, python_function", "js_function"],
    ["{constructor: {}}", "constructor", "js_function"],
    ['{"a\\nb": {}}', '"a\\nb"', "ONNX"],
  ])("tells in one line how a model of %s would become one that can be served", (flavors, names, exporter) => {
    const message = advice(flavors);
    expect(message).toContain(`(${names})`);
    expect(message).toContain(exporter);
    expect(message).toContain("https://github.com/mlserve/mlserve/blob/main/docs/export.md");
    expect(message).not.toContain("\n");
  });

  it("tells that a file names no flavor", () => {
    expect(advice("{}")).toMatch(/^the MLmodel file names no flavor/);
  });
});
