import type { TfPackages } from "../src/flavors/tfjs/runtime.js";

/*
 * In `dist/runtime.mjs`, stands in the place of src/flavors/tfjs/packages.ts: TensorFlow.js is a file of its own, which
 * only images of its models have.
 */

type TfjsFile = typeof import("./runtime-tfjs.js");

/** A variable, so that the bundler leaves it alone. */
const FILE: string = "./runtime-tfjs.mjs";
const load = (): Promise<TfjsFile> => import(FILE);

export const PACKAGES: TfPackages = {
  core: async () => (await load()).core(),
  converter: async () => (await load()).converter(),
  layers: async () => (await load()).layers(),
  wasm: async () => (await load()).wasm(),
  cpu: async () => (await load()).cpu(),
  native: async () => {
    // It would bring another TensorFlow.js with it than the one in the file.
    throw Object.assign(new Error("@tensorflow/tfjs-node is no part of a bundled runtime"), {
      code: "MODULE_NOT_FOUND",
    });
  },
};
