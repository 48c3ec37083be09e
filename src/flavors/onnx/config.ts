import { z } from "zod";

/** MLflow takes 0, null and "" for "not given". */
function given<T extends z.ZodType>(schema: T) {
  return z.preprocess(
    (value) => (value === 0 || value === null || value === "" ? undefined : value),
    schema.optional(),
  );
}

const sessionOptions = z.looseObject({
  inter_op_num_threads: given(z.int().positive().max(1024)),
  intra_op_num_threads: given(z.int().positive().max(1024)),
  execution_mode: given(z.string()),
  graph_optimization_level: given(z.union([z.literal(1), z.literal(2), z.literal(3), z.literal(99)])),
  extra_session_config: given(z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]))),
});

/** The `onnx` block of an MLmodel file, with MLflow's tolerance: unknown keys are nobody's fault. */
export const onnxConfig = z.looseObject({
  data: z.string().min(1).default("model.onnx"),
  /** Names, or pairs of a name and options, in order of preference; what is neither counts as unknown. */
  providers: z.union([z.string(), z.array(z.unknown())]).nullish(),
  onnx_session_options: given(sessionOptions),
  /** mlserve's own: false where rows of different requests may not share a run. */
  batchable: z.boolean().nullish(),
});

export type OnnxConfig = z.output<typeof onnxConfig>;
export type OnnxSessionConfig = NonNullable<OnnxConfig["onnx_session_options"]>;
