import type { DType } from "../../core/tensor.js";

/** The element types that runtimes over named tensors take; each knows some of them. */
export type FedDType = Exclude<DType, "binary" | "datetime" | "object">;

/** The elements of a tensor that is fed to a runtime: the array class that `DataByDType` pairs with its type. */
export type FedElements = Exclude<ArrayBufferView, DataView> | readonly string[];

/** A size, or the name of a free one ("" without a name). */
export type Dimension = number | string;

/** One tensor that a call must give. */
export interface ModelInput {
  readonly name: string;
  /** The type that the runtime is fed with. */
  readonly dtype: FedDType;
  /** undefined when even the rank is free. */
  readonly shape: readonly Dimension[] | undefined;
}
