import type { OrtModule } from "../src/flavors/onnx/package.js";

/*
 * In `dist/runtime.mjs`, stands in the place of src/flavors/onnx/package.ts: the package is inside, its library beside.
 */

export const importPackage = (): Promise<OrtModule> => import("onnxruntime-node");
