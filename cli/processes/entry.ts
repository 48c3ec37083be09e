import { fileURLToPath } from "node:url";
import type { ServingProgram } from "../../src/processes/serving-process.js";

/** The program of each of several processes that serve. A module of its own, so that who runs mlserve otherwise can tell where it lies. */
export const SERVING_ENTRY: ServingProgram = {
  path: fileURLToPath(new URL("./serving-program.js", import.meta.url)),
  args: [],
};
