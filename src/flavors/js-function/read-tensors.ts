import { type TensorsBatch, UNNAMED } from "../../core/batch.js";
import type { Tensor } from "../../core/tensor.js";
import { type Fault, faultOf, isRecord, within } from "./fault.js";
import { isTensorLike, readTensor } from "./tensor-values.js";

/** A tensor or an object of tensors; undefined for anything else. */
export function readTensors(result: unknown): TensorsBatch | Fault | undefined {
  if (isTensorLike(result)) {
    const tensor = readTensor(result);
    return typeof tensor === "string" ? faultOf(tensor) : { kind: "tensors", tensors: new Map([[UNNAMED, tensor]]) };
  }
  if (!isRecord(result)) return undefined;
  const entries = Object.entries(result);
  if (entries.length === 0 || !entries.every(([, value]) => isTensorLike(value))) return undefined;
  const tensors = new Map<string, Tensor>();
  for (const [name, value] of entries) {
    const tensor = isTensorLike(value) ? readTensor(value) : "";
    if (typeof tensor === "string") return within(name, faultOf(tensor));
    tensors.set(name, tensor);
  }
  return { kind: "tensors", tensors };
}
