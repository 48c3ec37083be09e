import { describe, expect, it } from "vitest";
import { silentLogger } from "../../../src/core/logger.js";
import { onnxConfig } from "../../../src/flavors/onnx/config.js";
import { toSessionOptions } from "../../../src/flavors/onnx/session-options.js";

/** What is set unless the model says otherwise: threads that have nothing to do sleep. */
const ASLEEP = { "session.intra_op.allow_spinning": "0", "session.inter_op.allow_spinning": "0" };

function optionsOf(onnx_session_options: unknown, threads?: number): { options: object; warnings: string[] } {
  const warnings: string[] = [];
  const logger = { ...silentLogger, warn: (_: object, message = "") => warnings.push(message) };
  const config = onnxConfig.parse({ onnx_session_options });
  return {
    options: toSessionOptions(config.onnx_session_options, threads === undefined ? {} : { threads }, logger),
    warnings,
  };
}

describe("the session options of an MLmodel file", () => {
  it.each([
    ["nothing", undefined, {}],
    ["null", null, {}],
    ["none of them", {}, {}],
    ["an empty text", "", {}],
    [
      "all of them",
      {
        inter_op_num_threads: 1,
        intra_op_num_threads: 2,
        execution_mode: "PARALLEL",
        graph_optimization_level: 99,
        extra_session_config: { "session.a": "0" },
      },
      {
        interOpNumThreads: 1,
        intraOpNumThreads: 2,
        executionMode: "parallel",
        graphOptimizationLevel: "all",
        extra: { ...ASLEEP, "session.a": "0" },
      },
    ],
    [
      "values that count as not given",
      {
        inter_op_num_threads: 0,
        intra_op_num_threads: null,
        execution_mode: "",
        graph_optimization_level: 0,
        extra_session_config: null,
      },
      {},
    ],
    ["the basic level", { graph_optimization_level: 1 }, { graphOptimizationLevel: "basic" }],
    ["the extended level", { graph_optimization_level: 2 }, { graphOptimizationLevel: "extended" }],
    [
      "settings that are no text",
      { extra_session_config: { a: 1, b: true } },
      { extra: { ...ASLEEP, a: "1", b: "1" } },
    ],
    [
      "a model whose threads are to spin",
      { extra_session_config: { "session.intra_op.allow_spinning": "1" } },
      { extra: { ...ASLEEP, "session.intra_op.allow_spinning": "1" } },
    ],
    ["options that nobody knows", { enable_profiling: true }, {}],
  ])("are read from %s", (_, given, expected) => {
    expect(optionsOf(given)).toEqual({ options: { logSeverityLevel: 4, extra: ASLEEP, ...expected }, warnings: [] });
  });

  it("give way to the threads of the command line", () => {
    expect(optionsOf({ intra_op_num_threads: 8 }, 2).options).toMatchObject({ intraOpNumThreads: 2 });
  });

  it.each<readonly [string, object, string]>([
    [
      "an execution mode that is none",
      { execution_mode: "fast" },
      'the model\'s execution_mode "fast" is neither sequential nor parallel: ignored',
    ],
    ...[
      "session.optimized_model_filepath",
      "session.enable_profiling",
      "session.model_external_initializers_file_folder_path",
      "session.collect_node_memory_stats_to_file",
      "ep.context_enable",
      "session.load_model_format",
      "session.use_ort_model_bytes_directly",
    ].map(
      (key) =>
        [
          `the setting ${key}`,
          { extra_session_config: { [key]: "/tmp/x" } },
          `the model's session setting "${key}" concerns files: ignored`,
        ] as const,
    ),
  ])("are ignored with a warning: %s", (_, given, warning) => {
    const { options, warnings } = optionsOf(given);
    expect(options).not.toHaveProperty("executionMode");
    expect(options).not.toHaveProperty("extra.session");
    expect(options).toMatchObject({ extra: ASLEEP });
    expect(Object.keys("extra" in options ? (options.extra as object) : {})).toEqual(Object.keys(ASLEEP));
    expect(warnings).toEqual([warning]);
  });

  it.each([
    ["threads in words", { intra_op_num_threads: "two" }],
    ["half a thread", { inter_op_num_threads: 0.5 }],
    ["a level that is none", { graph_optimization_level: 7 }],
    ["settings in a list", { extra_session_config: ["a"] }],
    ["a list", [1]],
  ])("are refused: %s", (_, given) => {
    expect(onnxConfig.safeParse({ onnx_session_options: given }).success).toBe(false);
  });
});

describe("the onnx block of an MLmodel file", () => {
  it("takes what MLflow 1.x wrote, and keys of other programs", () => {
    expect(onnxConfig.parse({ onnx_version: "1.8.1", code: null, x: [1] })).toMatchObject({
      data: "model.onnx",
      x: [1],
    });
  });

  it.each([
    ["a text", "CPUExecutionProvider"],
    ["null", null],
    ["a list", ["CPUExecutionProvider", ["CUDAExecutionProvider", {}]]],
  ])("takes providers as %s", (_, providers) => {
    expect(onnxConfig.parse({ providers }).providers).toEqual(providers);
  });
});
