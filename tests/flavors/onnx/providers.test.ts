import { describe, expect, it } from "vitest";
import { silentLogger } from "../../../src/core/logger.js";
import { type OnnxConfig, onnxConfig } from "../../../src/flavors/onnx/config.js";
import { chooseProviders, createProvidersReport } from "../../../src/flavors/onnx/providers.js";

function choose(
  declared: OnnxConfig["providers"],
  backends: readonly string[],
): { chosen: unknown; reports: string[] } {
  const reports: string[] = [];
  return { chosen: chooseProviders(declared, backends, (message) => reports.push(message)), reports };
}

const ALL = ["cpu", "cuda", "tensorrt"];

describe("chooseProviders", () => {
  it.each([
    ["a list", ["CUDAExecutionProvider", "CPUExecutionProvider"], [{ name: "cuda" }, { name: "cpu" }]],
    ["a name alone", "CUDAExecutionProvider", [{ name: "cuda" }]],
    [
      "names with options",
      [["CUDAExecutionProvider", { device_id: 1, arena: "x" }], "CPUExecutionProvider"],
      [{ name: "cuda", deviceId: 1 }, { name: "cpu" }],
    ],
    ["an option that is no device", [["CUDAExecutionProvider", { device_id: "first" }]], [{ name: "cuda" }]],
    ["null, for which MLflow tries CUDA", null, [{ name: "cuda" }, { name: "cpu" }]],
    ["nothing", undefined, [{ name: "cuda" }, { name: "cpu" }]],
    ["an empty list", [], [{ name: "cuda" }, { name: "cpu" }]],
  ])("reads %s", (_, declared, expected) => {
    expect(choose(declared, ALL)).toEqual({ chosen: expected, reports: [] });
  });

  it.each([
    [
      "what the runtime lacks",
      ["TensorrtExecutionProvider", "CPUExecutionProvider"],
      [{ name: "cpu" }],
      '"TensorrtExecutionProvider"',
    ],
    ["what nobody knows", ["Foo\nProvider", "CPUExecutionProvider"], [{ name: "cpu" }], '"Foo\\nProvider"'],
    ["what is no name", [null, "CPUExecutionProvider"], [{ name: "cpu" }], '"null"'],
    ["all of them, and takes the CPU", ["TensorrtExecutionProvider"], [{ name: "cpu" }], '"TensorrtExecutionProvider"'],
  ])("drops %s and says so", (_, declared, expected, named) => {
    const { chosen, reports } = choose(declared, ["cpu", "cuda"]);
    expect(chosen).toEqual(expected);
    expect(reports).toEqual([`onnxruntime-node lacks execution providers that the model names: ${named}`]);
  });
});

describe("createProvidersReport", () => {
  it.each([
    ["warns", ["CUDAExecutionProvider"], ["warn"]],
    ["warns", "CUDAExecutionProvider", ["warn"]],
    ["keeps quiet", ["CUDAExecutionProvider", "CPUExecutionProvider"], ["debug"]],
    ["keeps quiet", null, ["debug"]],
    ["keeps quiet", [], ["debug"]],
  ])("%s about a model that names %j", (_, providers, expected) => {
    const levels: string[] = [];
    const logger = { ...silentLogger, warn: () => levels.push("warn"), debug: () => levels.push("debug") };
    createProvidersReport(onnxConfig.parse({ providers }), logger)("missing");
    expect(levels).toEqual(expected);
  });
});
