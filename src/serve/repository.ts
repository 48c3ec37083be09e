import type { ServedModel } from "./served-model.js";

/** The models that a server answers for. Today it holds one; versions and reload come behind the same interface. */
export interface ModelRepository {
  /** The model of `/invocations`; undefined while none is ready. */
  readonly current: ServedModel | undefined;
}
