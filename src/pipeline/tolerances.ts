import type { Tolerance } from "../format/self-test-file.js";

/** What other processors, versions of a runtime, and numbers of rows may change; whatever is not here has to be equal. */
export const TOLERANCES: Readonly<Record<string, Tolerance>> = {
  float64: { relative: 1e-9, absolute: 0 },
  float32: { relative: 1e-4, absolute: 1e-6 },
  float16: { relative: 1e-2, absolute: 1e-3 },
  // Numbers in maps and lists come from float32 outputs of the graph.
  object: { relative: 1e-4, absolute: 1e-6 },
};
