import { fileURLToPath } from "node:url";
import type { Program } from "../src/core/program.js";

/*
 * In `dist/runtime.mjs`, stands in the place of src/workers/entry.ts, cli/watch/packing-entry.ts,
 * cli/processes/serving-entry.ts and cli/main-entry.ts: every program is in the one file.
 */

const FILE = fileURLToPath(import.meta.url);

/** The first words by which the file knows which of its programs is meant. No command of mlserve is called so. */
export const WORDS = { worker: "worker-process", packing: "packing-process", serving: "serving-process" } as const;

export const WORKER_ENTRY: Program = { path: FILE, args: [WORDS.worker] };
export const PACKING_ENTRY: Program = { path: FILE, args: [WORDS.packing] };
export const SERVING_ENTRY: Program = { path: FILE, args: [WORDS.serving] };
export const MAIN_ENTRY: URL = new URL(import.meta.url);
