import { fileURLToPath } from "node:url";
import type { Program } from "../../src/core/program.js";

/** The program that packs for a server that watches a model: see src/workers/entry.ts. */
export const PACKING_ENTRY: Program = { path: fileURLToPath(new URL("./packing.js", import.meta.url)), args: [] };
