import type { Model } from "../format/model.js";
import type { PackageSource } from "../format/package-writer.js";

/** A model as it will stand in the package. */
export interface PreparedModel {
  readonly model: Model;
  /** All that goes into the package but its list of checksums. */
  readonly sources: readonly PackageSource[];
  readonly warnings: readonly string[];
  /** Where its signature was taken from, in words, when neither the MLmodel file nor the graph says it. */
  readonly signatureFrom?: string | undefined;
}
