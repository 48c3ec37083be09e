import type { OptionValues } from "../src/config/option.js";
import type { SERVE_OPTIONS } from "../src/config/options.js";
import type { LoadModelOptions } from "../src/serve/load.js";
import { definedOf } from "./defined.js";

/** How `mlserve serve` loads a model, by its options. */
export function toLoadOptions(options: OptionValues<typeof SERVE_OPTIONS>): Omit<LoadModelOptions, "flavors"> {
  return {
    coercion: options.coercion,
    nonFinite: options.nonfinite,
    float32: options.float32,
    selfTest: options.selfTest,
    isolation: options.isolation,
    loadTimeoutMs: options.loadTimeout,
    limits: {
      maxRows: options.maxRows,
      maxColumns: options.maxColumns,
      maxDepth: options.maxDepth,
      maxElements: options.maxElements,
      maxStringBytes: options.maxString,
      maxValueBytes: options.maxValues,
    },
    queue: {
      requests: options.maxQueue,
      rows: options.maxQueueRows,
      waitMs: options.maxQueueTime ?? ("auto" as const),
    },
    offloadAboveBytes: options.offloadAbove ?? ("auto" as const),
    joining: { isWanted: options.batching, maxRows: options.maxBatchRows, waitMs: options.batchWaitMs },
    ...definedOf({
      threads: options.threads,
      workers: options.workers,
      workerMemoryBytes: options.workerMemory,
    }),
  };
}
