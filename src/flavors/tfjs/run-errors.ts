import { MlserveError } from "../../core/errors.js";
import type { BackendName } from "./config.js";

/** A kernel that a backend does not have, or that takes less there than in plain JavaScript: no data could cure it. */
const LACKS = [
  /^(?:Error in running )?Kernel '(\w+)' not registered for backend/,
  /^(\w+) for non non-float32 tensors not yet supported/,
  /activation not yet supported for (\w+)/,
  /^was[m]? backend (?:(\w+) )?(?:does not support|only supports)/,
  /^(_FusedMatMul|FusedConv2D|FusedDepthwiseConv2D) only supports/,
  /must have dtype float32, got/,
];
const BROKEN = /memory|allocation failed|unreachable|aborted/i;

/** What a backend lacks for a run that failed so: a kernel's name, or "a kernel"; undefined for any other failure. */
function backendLack(cause: unknown): string | undefined {
  const said = cause instanceof Error ? cause.message : "";
  const match = LACKS.map((pattern) => pattern.exec(said)).find((found) => found !== null);
  return match === undefined ? undefined : (match[1] ?? "a kernel");
}

/** A run that TensorFlow.js refuses. Its own words can hold the caller's values: they stay in the cause. */
export function runFailure(cause: unknown, backend: BackendName): MlserveError {
  if (cause instanceof MlserveError) return cause;
  const lack = backendLack(cause);
  if (lack !== undefined && backend !== "cpu")
    return new MlserveError("model_failed", `the ${backend} backend of TensorFlow.js lacks ${lack} for this model`, {
      hint: "Say backend: cpu under flavors.tfjs of the MLmodel file",
      cause,
    });
  if (BROKEN.test(cause instanceof Error ? cause.message : ""))
    return new MlserveError("model_failed", `the ${backend} backend of TensorFlow.js broke down or ran out of memory`, {
      cause,
    });
  return new MlserveError("model_rejected_input", "the model cannot run on these values or sizes", {
    hint: "Check that the inputs fit each other and hold what the model was trained on",
    cause,
  });
}
