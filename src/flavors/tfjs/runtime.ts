import { MlserveError } from "../../core/errors.js";
import type { Logger } from "../../core/logger.js";
import type { BackendName } from "./config.js";
import { PACKAGES } from "./packages.js";
import { mendWasmKernels } from "./wasm-kernels.js";

export type TfCore = typeof import("@tensorflow/tfjs-core");
export type TfConverter = typeof import("@tensorflow/tfjs-converter");
export type TfLayersModule = typeof import("@tensorflow/tfjs-layers");

/** TensorFlow.js, once it is there. What one kind of model or one backend needs is loaded with the first that asks. */
export interface TfRuntime {
  readonly core: TfCore;
  readonly version: string;
  /** Is native TensorFlow there? */
  readonly native: boolean;
  converter(): Promise<TfConverter>;
  layers(): Promise<TfLayersModule>;
  /** Makes a backend ready, from files of its package alone. Throws `flavor_unavailable`. */
  start(backend: BackendName): Promise<void>;
}

/** How the packages are imported. */
export interface TfPackages {
  core(): Promise<TfCore>;
  converter(): Promise<TfConverter>;
  layers(): Promise<TfLayersModule>;
  wasm(): Promise<unknown>;
  cpu(): Promise<unknown>;
  /** Native TensorFlow, for those who installed it. */
  native(): Promise<unknown>;
}

/** The versions that belong together. */
const INSTALL = ["core", "converter", "layers", "backend-wasm", "backend-cpu"]
  .map((name) => `@tensorflow/tfjs-${name}@4.22`)
  .join(" ");

/** Throws `flavor_unavailable` when TensorFlow.js is not installed. */
export async function importRuntime(logger: Logger, packages: TfPackages = PACKAGES): Promise<TfRuntime> {
  const core = await installed(packages.core);
  // Its greeting, and checks of every number that are made for the development of models.
  core.enableProdMode();
  const native = await importNative(packages, logger);
  return {
    core,
    version: core.version_core,
    native,
    converter: () => installed(packages.converter),
    layers: () => installed(packages.layers),
    async start(backend) {
      if (backend !== "tensorflow") await installed(packages[backend]);
      // It computes what the other one cannot.
      if (backend === "wasm") await installed(packages.cpu);
      await startBackend(core, backend);
      if (backend === "wasm") mendWasmKernels(core);
    },
  };
}

async function installed<T>(load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    if (!isMissing(cause)) throw unavailable("TensorFlow.js cannot be loaded", cause);
    throw unavailable("the packages of TensorFlow.js are not installed", cause);
  }
}

async function importNative({ native }: TfPackages, logger: Logger): Promise<boolean> {
  try {
    await native();
    return true;
  } catch (error) {
    if (!isMissing(error)) logger.warn({ err: error }, "@tensorflow/tfjs-node is installed and cannot be loaded");
    return false;
  }
}

function isMissing(error: unknown): boolean {
  return (
    error instanceof Error &&
    "code" in error &&
    (error.code === "ERR_MODULE_NOT_FOUND" || error.code === "MODULE_NOT_FOUND")
  );
}

const PROCESS_EVENTS = ["uncaughtException", "unhandledRejection"] as const;

/** The WebAssembly module hangs listeners of its own on the process, which would take the place of the program's. */
async function startBackend(core: TfCore, backend: BackendName): Promise<void> {
  const before = PROCESS_EVENTS.map((event) => new Set<unknown>(process.rawListeners(event)));
  const started = await core.setBackend(backend).catch((cause: unknown) => {
    throw unavailable(`the ${backend} backend of TensorFlow.js does not start here`, cause);
  });
  PROCESS_EVENTS.forEach((event, i) => {
    for (const listener of process.rawListeners(event))
      if (before[i]?.has(listener) === false) process.off(event, listener as () => void);
  });
  if (!started) throw unavailable(`the ${backend} backend of TensorFlow.js does not start here`);
}

function unavailable(reason: string, cause?: unknown): MlserveError {
  return new MlserveError("flavor_unavailable", reason, { hint: `Install it with: npm install ${INSTALL}`, cause });
}
