import { createRequire } from "node:module";
import type { TfPackages } from "./runtime.js";

/** Not ours to install: it downloads a library. The name is a variable so that no types of it are needed. */
const NATIVE_PACKAGE: string = "@tensorflow/tfjs-node";

/** The packages that are installed here. */
export const PACKAGES: TfPackages = {
  core: () => import("@tensorflow/tfjs-core"),
  converter: () => import("@tensorflow/tfjs-converter"),
  layers: () => import("@tensorflow/tfjs-layers"),
  wasm: () => import("@tensorflow/tfjs-backend-wasm"),
  cpu: () => import("@tensorflow/tfjs-backend-cpu"),
  native: async () => {
    createRequire(import.meta.url).resolve(NATIVE_PACKAGE);
    return import(NATIVE_PACKAGE);
  },
};
