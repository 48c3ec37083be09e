/** What a project may do with the package, by the name of its file. Each prints the number of built-in flavors. */
export const PROGRAMS = {
  "program.mjs": `
import { BUILTIN_FLAVORS, createApp, createFlavorRegistry, loadModel, openModel, pack } from "mlserve";
import { flavorChecks } from "mlserve/testing";
const functions = [createApp, loadModel, openModel, pack, flavorChecks];
if (functions.some((one) => typeof one !== "function")) throw new Error("something is missing");
console.log(createFlavorRegistry(BUILTIN_FLAVORS).flavors.length);
`,
  "program.cjs": `
const { BUILTIN_FLAVORS, createFlavorRegistry } = require("mlserve");
const { flavorChecks } = require("mlserve/testing");
if (typeof flavorChecks !== "function") throw new Error("something is missing");
console.log(createFlavorRegistry(BUILTIN_FLAVORS).flavors.length);
`,
} as const satisfies Record<string, string>;

/** The same for the compiler of TypeScript, which runs nothing of it. */
export const TYPED_PROGRAMS = {
  "program.mts": `
import { createFlavorRegistry, defineFlavor, loadModel, MlserveError, onnxFlavor, pack } from "mlserve";
import type { Predictor, Tensor } from "mlserve";
import { flavorChecks } from "mlserve/testing";

const tensor: Tensor<"float32"> = { dtype: "float32", shape: [1], data: new Float32Array([1]) };
const predictor: Predictor = {
  unsigned: "arrays",
  batchable: true,
  runtime: { runtime: "none" },
  predict: async (batch) => (batch.kind === "value" ? { kind: "value", value: tensor } : batch),
  [Symbol.asyncDispose]: async () => {},
};
const flavor = defineFlavor({ name: "echo", load: async () => predictor });

export async function main(bytes: Uint8Array): Promise<readonly string[]> {
  const flavors = createFlavorRegistry([onnxFlavor, flavor]);
  const { output } = await pack({ source: "model", flavors });
  const model = await loadModel(output, { flavors });
  try {
    const reply = await model.executor.execute({ bytes, media: "application/json" }, AbortSignal.timeout(1));
    if (reply.kind === "whole") console.log(reply.rows?.toFixed());
  } catch (error) {
    if (error instanceof MlserveError && error.kind === "timeout") console.log(error.hint);
  }
  return flavorChecks({ flavor, models: [] }).map(({ name }) => name);
}

// @ts-expect-error: a float32 tensor has no BigInt64Array
export const wrong: Tensor<"float32"> = { dtype: "float32", shape: [1], data: new BigInt64Array(1) };
`,
  "program.cts": `
import mlserve = require("mlserve");
const registry: mlserve.FlavorRegistry = mlserve.createFlavorRegistry(mlserve.BUILTIN_FLAVORS);
console.log(registry.flavors.length);
`,
} as const satisfies Record<string, string>;

/** Ways in which TypeScript finds packages; `node16` knows nothing of `require` of ES modules. */
export const RESOLUTIONS = [
  { file: "program.mts", module: "node16", moduleResolution: "node16" },
  { file: "program.mts", module: "nodenext", moduleResolution: "nodenext" },
  { file: "program.mts", module: "esnext", moduleResolution: "bundler" },
  { file: "program.cts", module: "nodenext", moduleResolution: "nodenext" },
] as const;
