import type { Logger } from "../../core/logger.js";
import type { BackendName, TfjsConfig } from "./config.js";
import type { TfGraph } from "./graph.js";
import { CHANNELS_FIRST_ON_CPU, COMPOSED_OF } from "./operators.js";
import type { TfCore, TfRuntime } from "./runtime.js";

/**
 * Decides what runs a model: what its MLmodel file says, else the fastest backend there is, unless that lacks a kernel
 * for one of the operators which plain JavaScript has. Backends are not mixed: data would be copied to and fro.
 *
 * The backend is ready when this returns. Throws `flavor_unavailable`.
 */
export async function chooseBackend(
  runtime: TfRuntime,
  needed: Pick<TfGraph, "operators" | "channelsFirst">,
  { backend }: Pick<TfjsConfig, "backend">,
  logger: Logger,
): Promise<BackendName> {
  const wanted = backend ?? (runtime.native ? "tensorflow" : "wasm");
  await runtime.start(wanted);
  if (backend != null) return backend;
  await runtime.start("cpu");
  const { core } = runtime;
  const missing = [...missingOperators(core, needed.operators, wanted), ...channelsFirst(needed, wanted)];
  if (missing.length === 0) return wanted;
  const lacks = `the ${wanted} backend of TensorFlow.js lacks ${missing.join(", ")}`;
  logger.warn({}, `${lacks}: the model runs on the cpu backend, some 20 times slower`);
  return "cpu";
}

function channelsFirst({ channelsFirst: operators }: Pick<TfGraph, "channelsFirst">, wanted: BackendName): string[] {
  if (wanted !== "wasm") return [];
  return [...operators].filter((operator) => CHANNELS_FIRST_ON_CPU.has(operator)).map((name) => `${name} of NCHW`);
}

/** Kernels have the names of the operators, but for versions (`V2`), where all backends have them alike. */
function missingOperators(core: TfCore, operators: ReadonlySet<string>, backend: BackendName): string[] {
  const isMissing = (kernel: string): boolean =>
    core.getKernel(kernel, "cpu") !== undefined && core.getKernel(kernel, backend) === undefined;
  return [...operators].filter((operator) => [operator, ...(COMPOSED_OF.get(operator) ?? [])].some(isMissing)).sort();
}
