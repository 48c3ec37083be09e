import type { InferenceSession } from "onnxruntime-node";
import { MlserveError } from "../../core/errors.js";
import type { FedElements } from "../inputs/model-input.js";
import type { OnnxDType } from "./element-types.js";
import { importPackage, type OrtModule } from "./package.js";

/**
 * A tensor as the native side reads it. Feeds are plain objects, not instances of the runtime's `Tensor`: that class
 * turns float16 into a `Float16Array` where Node has one, and the native side of 1.30 finds no elements in it.
 */
export interface OrtTensor {
  readonly type: OnnxDType;
  readonly dims: readonly number[];
  readonly location: "cpu";
  readonly data: FedElements;
}

export type OrtTensors = Readonly<Record<string, OrtTensor>>;

/** The part of an `InferenceSession` that we use. */
export interface OrtSession {
  run(feeds: OrtTensors): Promise<OrtTensors>;
  release(): Promise<void>;
}

export type OrtSessionOptions = InferenceSession.SessionOptions;

/** onnxruntime-node, once it is there. */
export interface OrtRuntime {
  readonly version: string;
  /** Names of the execution providers that it was built with. */
  readonly backends: readonly string[];
  /** From a file by its path, or from the bytes of one. */
  open(source: string | Uint8Array, options: OrtSessionOptions): Promise<OrtSession>;
}

const INSTALL = "Install it with: npm install onnxruntime-node";

/**
 * Loads onnxruntime-node.
 *
 * Throws `flavor_unavailable` when it is not installed, or has no native library that this machine can load.
 */
export async function importRuntime(load: () => Promise<OrtModule> = importPackage): Promise<OrtRuntime> {
  turnTelemetryOff();
  try {
    return wrap(await load());
  } catch (cause) {
    throw unavailable(cause);
  }
}

/**
 * Since 1.30, onnxruntime writes a device id into the home folder and sends usage to its maker, on every system. It reads
 * this variable once, when it is loaded; a user who wants the reports sets it to 0.
 */
function turnTelemetryOff(): void {
  // biome-ignore lint/style/noProcessEnv: the runtime offers no other switch, and what a model is used for is nobody's.
  process.env.ORT_DISABLE_TELEMETRY ??= "1";
}

function wrap(ort: OrtModule): OrtRuntime {
  // Every error comes as an exception too; on the log it would be noise, with paths of the machine in it.
  if (ort.env.logLevel === "warning") ort.env.logLevel = "fatal";
  return {
    version: ort.env.versions.node ?? ort.env.versions.common,
    backends: ort.listSupportedBackends().map(({ name }) => name),
    open: async (source, options) => {
      const session =
        typeof source === "string"
          ? ort.InferenceSession.create(source, options)
          : ort.InferenceSession.create(source, options);
      // The types ask for instances of `Tensor`; the native side asks for the fields of OrtTensor.
      return (await session) as unknown as OrtSession;
    },
  };
}

function unavailable(cause: unknown): MlserveError {
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
  if (code === "ERR_MODULE_NOT_FOUND" || code === "MODULE_NOT_FOUND") {
    const platform = `${process.platform}-${process.arch}`;
    const missing = cause instanceof Error && cause.message.includes("onnxruntime_binding.node");
    if (missing)
      return refusal(
        `onnxruntime-node has no library for ${platform}`,
        "It has them for Linux and Windows on x64 and arm64, and for macOS on arm64",
        cause,
      );
    return refusal("the package onnxruntime-node is not installed", INSTALL, cause);
  }
  const hint = "On Linux it needs glibc 2.28 or later: Alpine's musl will not do";
  return refusal("the native library of onnxruntime-node cannot be loaded", hint, cause);
}

function refusal(reason: string, hint: string, cause: unknown): MlserveError {
  return new MlserveError("flavor_unavailable", reason, { hint, cause });
}
