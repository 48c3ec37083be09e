import { fileURLToPath } from "node:url";
import type { Program } from "../core/program.js";

/** The program of a worker process. A module of its own, so that who runs mlserve otherwise can tell where it lies. */
export const WORKER_ENTRY: Program = { path: fileURLToPath(new URL("./worker.js", import.meta.url)), args: [] };
