import { z } from "zod";

/** The key of the block, and the name of the flavor. */
export const FUNCTION_FLAVOR = "js_function";

/** How many calls of a function may be under way at once in one process, unless its block says otherwise. */
const DEFAULT_CONCURRENCY = 16;

/** The `js_function` block of an MLmodel file. A key that is not known is a mistake: only mlserve writes and reads it. */
export const functionConfig = z.strictObject({
  /** The module's file, of those of the model. */
  module: z.string().min(1),
  /** The export that is the function. Default: the module's default export. */
  export: z.string().min(1).optional(),
  /** Handed to the function as it is. */
  config: z.record(z.string(), z.unknown()).default({}),
  /** The range of Node's versions that it runs on; a bare version is the oldest one. */
  node: z
    .union([z.string().min(1), z.number()])
    .transform(String)
    .optional(),
  /** May rows of different requests be given to one call? */
  batchable: z.boolean().default(false),
  /** Calls that may be under way at once in one process. */
  concurrency: z.int().min(1).max(10_000).default(DEFAULT_CONCURRENCY),
});

export type FunctionConfig = z.output<typeof functionConfig>;
