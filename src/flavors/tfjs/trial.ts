import { elementCount, type Tensor } from "../../core/tensor.js";
import type { Predictor } from "../flavor.js";
import type { ModelInput } from "../inputs/model-input.js";
import { backendLack } from "./run-errors.js";

/** A loaded model that may be given up again. */
export interface TriedModel {
  readonly predictor: Predictor;
  readonly inputs: readonly ModelInput[];
  /** A loop may never end on values that are not meant for it: such a model is not tried. */
  readonly async: boolean;
}

/** Elements of an input beyond which a trial would cost more than it is worth. */
const MAX_ELEMENTS = 10_000_000;

/**
 * Runs a model once, on zeros of its smallest sizes, to find what names of kernels do not tell: some take fewer types on
 * one backend than on another.
 *
 * Returns what the backend lacks; undefined when the model runs, or fails for another reason.
 */
export async function findLack({ predictor, inputs, async }: TriedModel): Promise<string | undefined> {
  if (async) return undefined;
  const tensors = inputs.map(({ name, dtype, shape }) => [name, zeros(dtype, shape)] as const);
  const known = tensors.flatMap(([name, tensor]) => (tensor === undefined ? [] : [[name, tensor] as const]));
  if (known.length < tensors.length) return undefined;
  const context = { params: new Map(), signal: new AbortController().signal };
  return predictor.predict({ kind: "tensors", tensors: new Map(known) }, context).then(() => undefined, backendLack);
}

function zeros(dtype: ModelInput["dtype"], sizes: ModelInput["shape"]): Tensor | undefined {
  const shape = sizes?.map((size) => (typeof size === "number" ? size : 1));
  const count = shape === undefined ? Number.POSITIVE_INFINITY : elementCount(shape);
  if (shape === undefined || count > MAX_ELEMENTS) return undefined;
  if (dtype === "string") return { dtype, shape, data: new Array<string>(count).fill("") };
  if (dtype === "bool") return { dtype, shape, data: new Uint8Array(count) };
  return { dtype: "float32", shape, data: new Float32Array(count) };
}
