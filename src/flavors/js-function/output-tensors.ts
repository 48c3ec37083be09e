import { type Batch, UNNAMED } from "../../core/batch.js";
import { isTypedDType, type Tensor } from "../../core/tensor.js";
import type { TensorSpec } from "../../format/signature.js";
import { type Fault, faultOf, isRecord, kindOf, within } from "./fault.js";
import type { ToOutput } from "./output.js";
import { readTensors } from "./read-tensors.js";
import { readTensor } from "./tensor-values.js";
import { toList } from "./type-check.js";

/**
 * Answers of a signature with tensors: tensors, or nested lists and typed arrays, which become tensors of the dtypes that
 * the signature says. A signature with one tensor takes it with and without its name.
 */
export function compileOutputTensors(specs: readonly TensorSpec[]): ToOutput {
  const [only] = specs.length === 1 ? specs : [];
  const name = only?.name ?? UNNAMED;
  return (result) => {
    const given = readTensors(result);
    if (given !== undefined && "reason" in given) return given;
    const values = given === undefined ? toValues(result) : given.tensors;
    if (values !== undefined && (only === undefined || values.has(name))) return toNamed(values, specs);
    if (only === undefined) return faultOf(`the output signature says tensors, got ${kindOf(result)}`);
    return toNamed(new Map([[name, given?.tensors.get(UNNAMED) ?? result]]), specs);
  };
}

function toValues(result: unknown): ReadonlyMap<string, unknown> | undefined {
  return isRecord(result) ? new Map(Object.entries(result)) : undefined;
}

function toNamed(values: ReadonlyMap<string, unknown>, specs: readonly TensorSpec[]): Batch | Fault {
  const tensors = new Map<string, Tensor>();
  for (const spec of specs) {
    const name = spec.name ?? UNNAMED;
    if (!values.has(name)) return within(name, faultOf("it is missing, and the output signature requires it"));
    const tensor = toTensor(values.get(name), spec);
    if ("reason" in tensor) return name === UNNAMED ? tensor : within(name, tensor);
    tensors.set(name, tensor);
  }
  const extra = [...values.keys()].find((name) => !tensors.has(name));
  if (extra !== undefined) return within(extra, faultOf("it is not in the output signature"));
  return { kind: "tensors", tensors };
}

function toTensor(value: unknown, { dtype, shape }: TensorSpec): Tensor | Fault {
  const tensor = isTensor(value) ? value : readLists(value, dtype);
  if ("reason" in tensor) return tensor;
  if (tensor.dtype !== dtype) return faultOf(`the output signature says ${dtype}, got ${tensor.dtype}`);
  const fits =
    shape.length === tensor.shape.length && shape.every((size, axis) => size === -1 || size === tensor.shape[axis]);
  if (fits) return tensor;
  return faultOf(`the output signature says the shape [${shape.join(", ")}], got [${tensor.shape.join(", ")}]`);
}

/** What `readTensors` has made. */
function isTensor(value: unknown): value is Tensor {
  return isRecord(value) && "dtype" in value && "shape" in value && "data" in value;
}

/** Nested lists, a typed array or one value. */
function readLists(value: unknown, dtype: Tensor["dtype"]): Tensor | Fault {
  // Its elements may be what another typed array of the same width holds.
  if (isTypedDType(dtype) && ArrayBuffer.isView(value) && !(value instanceof DataView)) {
    const list = toList(value) ?? [];
    return asTensor(readTensor({ dtype, shape: [list.length], data: value }));
  }
  const shape = shapeOf(value);
  const flat = flatten(value, shape);
  if (flat === undefined) return faultOf("its lists have different lengths, so that they make no tensor");
  return asTensor(readTensor({ dtype, shape, data: flat }));
}

function asTensor(read: Tensor | string): Tensor | Fault {
  return typeof read === "string" ? faultOf(read) : read;
}

/** By the first item of each level. */
function shapeOf(value: unknown): number[] {
  const list = value instanceof Uint8Array ? undefined : toList(value);
  return list === undefined ? [] : [list.length, ...(list.length === 0 ? [] : shapeOf(list[0]))];
}

/** undefined when the lists of a level have different lengths. */
function flatten(value: unknown, [length, ...inner]: readonly number[]): unknown[] | undefined {
  if (length === undefined) return [value];
  const list = toList(value);
  if (list?.length !== length) return undefined;
  const items = list.map((item) => flatten(item, inner));
  return items.every((item) => item !== undefined) ? items.flat() : undefined;
}
