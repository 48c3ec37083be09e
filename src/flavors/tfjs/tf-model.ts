import type { Tensor } from "@tensorflow/tfjs-core";
import type { ModelInput } from "../inputs/model-input.js";
import type { TfOutput } from "./graph.js";

/** A model in the engine, whose methods are called within a turn. */
export interface TfModel {
  readonly inputs: readonly (ModelInput & { readonly declared: ModelInput["dtype"] })[];
  readonly outputs: readonly TfOutput[];
  /** May rows of different requests be run together? */
  readonly batchable: boolean;
  /** The outputs, in the order of {@link outputs}. */
  run(feeds: Readonly<Record<string, Tensor>>): readonly Tensor[] | Promise<readonly Tensor[]>;
  /** Tensors that a run may make and a later one needs. */
  lasting(): ReadonlySet<Tensor>;
  dispose(): void;
}
