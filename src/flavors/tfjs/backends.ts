import type { Logger } from "../../core/logger.js";
import type { BackendName, TfjsConfig } from "./config.js";
import { COMPOSED_OF } from "./operators.js";
import type { TfCore, TfRuntime } from "./runtime.js";

/**
 * Decides what runs a model: what its MLmodel file says, else the fastest backend there is, unless that lacks a kernel
 * for one of `operators` which plain JavaScript has. Backends are not mixed: data would be copied to and fro.
 *
 * The backend is ready when this returns. Throws `flavor_unavailable`.
 */
export async function chooseBackend(
  runtime: TfRuntime,
  operators: ReadonlySet<string>,
  { backend }: Pick<TfjsConfig, "backend">,
  logger: Logger,
): Promise<BackendName> {
  const wanted = backend ?? (runtime.native ? "tensorflow" : "wasm");
  await runtime.start(wanted);
  if (backend != null) return backend;
  await runtime.start("cpu");
  const missing = missingOperators(runtime.core, operators, wanted);
  if (missing.length === 0) return wanted;
  warnOfCpu(wanted, missing.join(", "), logger);
  return "cpu";
}

/** Tells why a model runs where it is slow. */
export function warnOfCpu(wanted: BackendName, missing: string, logger: Logger): void {
  logger.warn(
    {},
    `the ${wanted} backend of TensorFlow.js lacks ${missing}: the model runs on the cpu backend, some 20 times slower`,
  );
}

/** Kernels have the names of the operators, but for versions (`V2`), where all backends have them alike. */
function missingOperators(core: TfCore, operators: ReadonlySet<string>, backend: BackendName): string[] {
  const isMissing = (kernel: string): boolean =>
    core.getKernel(kernel, "cpu") !== undefined && core.getKernel(kernel, backend) === undefined;
  return [...operators].filter((operator) => [operator, ...(COMPOSED_OF.get(operator) ?? [])].some(isMissing)).sort();
}
