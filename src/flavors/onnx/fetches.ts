import type { TensorsBatch } from "../../core/batch.js";
import { MlserveError, quoteName } from "../../core/errors.js";
import type { Tensor } from "../../core/tensor.js";
import type { GraphOutput } from "./graph.js";
import type { OrtTensor, OrtTensors } from "./runtime.js";
import { zipRows } from "./zip-map.js";

/** Turns what a session returns into a batch: all outputs, in the graph's order. Throws `model_failed`. */
export type FromFetches = (fetches: OrtTensors) => TensorsBatch;

export function compileFetches(outputs: readonly GraphOutput[]): FromFetches {
  return (fetches) => {
    const tensors = new Map<string, Tensor>();
    for (const output of outputs) {
      const fetched = fetches[output.name];
      if (fetched === undefined)
        throw new MlserveError("model_failed", `the model did not return its output ${quoteName(output.name)}`);
      const tensor = toTensor(fetched);
      tensors.set(output.name, output.kind === "zip_map" ? zipRows(tensor, output.labels, output.name) : tensor);
    }
    return { kind: "tensors", tensors };
  };
}

function toTensor({ type, dims, data }: OrtTensor): Tensor {
  // The runtime pairs each type with the array class that DataByDType gives it, but for float16.
  return { dtype: type, shape: dims, data: type === "float16" ? bitsOf(data) : data } as Tensor;
}

/** Where Node has a Float16Array, the runtime's JavaScript side returns one over the bits. */
function bitsOf(data: OrtTensor["data"]): Uint16Array {
  if (!ArrayBuffer.isView(data)) throw new TypeError("float16 elements are strings");
  return new Uint16Array(data.buffer, data.byteOffset, data.byteLength / Uint16Array.BYTES_PER_ELEMENT);
}
