import { quoteName } from "../../core/errors.js";
import type { Logger } from "../../core/logger.js";
import type { OnnxConfig } from "./config.js";

/** An execution provider as onnxruntime-node names it. */
export interface Provider {
  readonly name: string;
  readonly deviceId?: number;
}

export const CPU: Provider = { name: "cpu" };

/** What onnxruntime-node calls the providers that MLmodel files name as Python does. */
const RUNTIME_NAMES: ReadonlyMap<unknown, string> = new Map([
  ["CPUExecutionProvider", "cpu"],
  ["CUDAExecutionProvider", "cuda"],
  ["TensorrtExecutionProvider", "tensorrt"],
  ["DmlExecutionProvider", "dml"],
  ["CoreMLExecutionProvider", "coreml"],
  ["QNNExecutionProvider", "qnn"],
  ["WebGpuExecutionProvider", "webgpu"],
]);

/** What MLflow tries for a model that names none. */
const DEFAULT_PROVIDERS = ["CUDAExecutionProvider", "CPUExecutionProvider"];

/** Tells that the model does not run where it was meant to. */
export type ReportProviders = (message: string) => void;

/**
 * MLflow writes `[CUDA, CPU]` into every model: one that names the CPU, or no provider, runs there as it was meant to,
 * and only one that insists on another is worth a warning.
 */
export function createProvidersReport({ providers }: OnnxConfig, logger: Logger): ReportProviders {
  const named = typeof providers === "string" ? [providers] : (providers ?? []);
  const insists = named.length > 0 && !named.some((entry) => toProvider(entry)?.name === CPU.name);
  return (message) => (insists ? logger.warn({}, message) : logger.debug({}, message));
}

/** The providers of an MLmodel file that the runtime was built with, in their order; the CPU when none is left. */
export function chooseProviders(
  declared: OnnxConfig["providers"],
  backends: readonly string[],
  report: ReportProviders,
): readonly Provider[] {
  const wanted = typeof declared === "string" ? [declared] : (declared ?? []);
  const entries = wanted.length > 0 ? wanted : DEFAULT_PROVIDERS;
  const chosen: Provider[] = [];
  const missing: string[] = [];
  for (const entry of entries) {
    const provider = toProvider(entry);
    if (provider !== undefined && backends.includes(provider.name)) chosen.push(provider);
    else missing.push(quoteName(String(entryName(entry))));
  }
  if (missing.length > 0)
    report(`onnxruntime-node lacks execution providers that the model names: ${missing.join(", ")}`);
  return chosen.length > 0 ? chosen : [CPU];
}

function toProvider(entry: unknown): Provider | undefined {
  const name = RUNTIME_NAMES.get(entryName(entry));
  if (name === undefined) return undefined;
  const deviceId = Array.isArray(entry) ? readDeviceId(entry[1]) : undefined;
  return deviceId === undefined ? { name } : { name, deviceId };
}

function entryName(entry: unknown): unknown {
  return Array.isArray(entry) ? entry[0] : entry;
}

function readDeviceId(options: unknown): number | undefined {
  if (typeof options !== "object" || options === null || !("device_id" in options)) return undefined;
  const id = Number(options.device_id);
  return Number.isSafeInteger(id) && id >= 0 ? id : undefined;
}
