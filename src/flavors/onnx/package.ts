import { createRequire } from "node:module";

export type OrtModule = typeof import("onnxruntime-node");

/**
 * The package that is installed here. By `require`, since it is CommonJS: `import()` reads all of its files twice, the
 * first time only for the names of what they export.
 */
export async function importPackage(): Promise<OrtModule> {
  return createRequire(import.meta.url)("onnxruntime-node");
}
