import { fileURLToPath } from "node:url";
import type { Program } from "../src/core/program.js";

/*
 * In what is built, stands in the place of src/workers/entry.ts, cli/watch/packing-entry.ts, cli/processes/serving-entry.ts and
 * cli/main-entry.ts: it lies in `dist/chunks`.
 */

export const WORKER_ENTRY: Program = {
  path: fileURLToPath(new URL("../src/workers/worker.js", import.meta.url)),
  args: [],
};
export const PACKING_ENTRY: Program = {
  path: fileURLToPath(new URL("../cli/watch/packing.js", import.meta.url)),
  args: [],
};
export const SERVING_ENTRY: Program = {
  path: fileURLToPath(new URL("../cli/processes/serving-program.js", import.meta.url)),
  args: [],
};
export const MAIN_ENTRY: URL = new URL("../cli/main.js", import.meta.url);
