import { fileURLToPath } from "node:url";
import type { Program } from "../../src/core/program.js";

/** The program of each of several processes that serve: see src/workers/entry.ts. */
export const SERVING_ENTRY: Program = {
  path: fileURLToPath(new URL("./serving-program.js", import.meta.url)),
  args: [],
};
