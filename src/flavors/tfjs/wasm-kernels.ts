import type { DataType, KernelBackend, KernelConfig, KernelFunc, TensorInfo } from "@tensorflow/tfjs-core";
import type { TfCore } from "./runtime.js";

/** Does a kernel of the WebAssembly backend give for these arguments what plain JavaScript gives? */
type IsSound = (args: Parameters<KernelFunc>[0]) => boolean;

const FLOATS = onlyOf("float32");
const NUMBERS = onlyOf("float32", "int32");

/**
 * Kernels of backend-wasm 4.22 that refuse a type which TensorFlow has for them, or answer it with other bytes than they
 * should, silently. Found by running every operator on every type beside plain JavaScript.
 */
const SOUND: readonly (readonly [isSound: IsSound, kernels: string])[] = [
  [FLOATS, "Acos Acosh Asin Asinh Atanh Expm1 IsFinite IsInf IsNan Log1p Prelu Reciprocal"],
  [FLOATS, "BatchMatMul ClipByValue Conv2DBackpropInput MaxPool MaxPool3D Multinomial _FusedMatMul"],
  // Int32 comes out as float32, of the same bits.
  [FLOATS, "ResizeNearestNeighbor StridedSlice"],
  // Bool has one byte an element, and they move four.
  [NUMBERS, "Reverse Select"],
  // Strings lie elsewhere than they look; some end the whole runtime.
  [
    onlyOf("float32", "int32", "bool"),
    "Equal GatherNd Greater GreaterEqual Less LessEqual NotEqual SparseToDense Tile",
  ],
  // 0.5 becomes false, and 2 a bool that equals neither.
  [({ attrs }) => attrs?.dtype !== "bool", "Cast"],
  // They write ints, whatever is asked for.
  [({ attrs }) => attrs?.dtype === "int32", "OneHot"],
];

/** The inputs whose types count: a condition is always bool. */
function onlyOf(...types: readonly DataType[]): IsSound {
  return ({ inputs }) =>
    Object.entries(inputs).every(([name, input]) => name === "condition" || types.includes(input?.dtype ?? "float32"));
}

/** Kernels that were mended, by whichever copy of this module. */
const MENDED = Symbol.for("mlserve.tfjs.mended");

/**
 * Has plain JavaScript compute what kernels of the WebAssembly backend get wrong: the data of that one operator goes
 * there and back, and the rest of the model stays fast.
 *
 * To be called when the backend is ready; once more changes nothing.
 */
export function mendWasmKernels(core: TfCore): void {
  for (const [isSound, names] of SOUND) for (const name of names.split(" ")) mend(core, name, isSound);
}

function mend(core: TfCore, name: string, isSound: IsSound): void {
  const fast = core.getKernel(name, "wasm");
  const plain = core.getKernel(name, "cpu");
  if (fast === undefined || plain === undefined || MENDED in fast.kernelFunc) return;
  const kernelFunc: KernelFunc = (args) => (isSound(args) ? fast.kernelFunc(args) : runPlain(core, plain, args));
  core.unregisterKernel(name, "wasm");
  core.registerKernel({ ...fast, kernelFunc: Object.assign(kernelFunc, { [MENDED]: true }) });
}

function runPlain(
  core: TfCore,
  { kernelFunc }: KernelConfig,
  { inputs, attrs, backend }: Parameters<KernelFunc>[0],
): TensorInfo | TensorInfo[] {
  // What a backend is to kernels has no type of its own: each has read, write and dispose.
  const wasm = backend as KernelBackend;
  const cpu = core.findBackend("cpu");
  const there: TensorInfo[] = [];
  const toCpu = (info: TensorInfo): TensorInfo => {
    const copy = copyData(info, wasm, cpu);
    there.push(copy);
    return copy;
  };
  try {
    const entries = Object.entries(inputs).flatMap(([name, info]) =>
      info === undefined ? [] : [[name, toCpu(info)] as const],
    );
    const made = kernelFunc({ inputs: Object.fromEntries(entries), backend: cpu, ...(attrs && { attrs }) });
    const toWasm = (info: TensorInfo): TensorInfo => copyData(info, cpu, wasm);
    there.push(...(Array.isArray(made) ? made : [made]));
    return Array.isArray(made) ? made.map(toWasm) : toWasm(made);
  } finally {
    for (const { dataId } of there) cpu.disposeData(dataId);
  }
}

function copyData({ dataId, shape, dtype }: TensorInfo, from: KernelBackend, to: KernelBackend): TensorInfo {
  return { dataId: to.write(from.readSync(dataId), shape, dtype), shape, dtype };
}
