import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { BUILTIN_FLAVORS } from "../../src/flavors/builtin.js";
import { createFlavorRegistry } from "../../src/flavors/registry.js";
import { createApp } from "../../src/serve/app.js";
import { type LoadModelOptions, loadModel } from "../../src/serve/load.js";
import { createMetrics } from "../../src/serve/metrics.js";
import type { ServedModel } from "../../src/serve/served-model.js";

const FLAVORS = createFlavorRegistry(BUILTIN_FLAVORS);

const EXAMPLE = { artifact_path: "example.json", serving_input_path: "example.json", type: "json_object" };

/** Parts of the MLmodel file of a function. */
export interface FunctionParts {
  readonly block?: string;
  readonly inputs?: readonly object[];
  readonly outputs?: readonly object[];
  readonly params?: readonly object[];
  /** A request body, kept with the model. */
  readonly example?: object;
}

/** Writes files into a folder; a name may have slashes. */
export function writeFiles(folder: string, files: Readonly<Record<string, string | Uint8Array>>): string {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

/** Writes a model whose function is the given module, `predict.mjs`. */
export function writeFunction(
  folder: string,
  code: string,
  { block = "{ module: predict.mjs }", inputs, outputs, params, example }: FunctionParts = {},
): string {
  const part = (specs: readonly object[] | undefined): string =>
    specs === undefined ? "null" : `'${JSON.stringify(specs)}'`;
  const descriptor = [
    `flavors:\n  js_function: ${block}`,
    `signature:\n  inputs: ${part(inputs)}\n  outputs: ${part(outputs)}\n  params: ${part(params)}\n`,
    ...(example === undefined ? [] : [`saved_input_example_info: ${JSON.stringify(EXAMPLE)}`]),
  ].join("\n");
  return writeFiles(folder, {
    MLmodel: descriptor,
    "predict.mjs": code,
    ...(example === undefined ? {} : { "example.json": JSON.stringify(example) }),
  });
}

export function loadFunction(folder: string, options: Partial<LoadModelOptions> = {}): Promise<ServedModel> {
  return loadModel(folder, { flavors: FLAVORS, ...options });
}

/** Posts a JSON body to `/invocations` of a model. */
export async function invoke(
  served: ServedModel,
  body: object,
  headers: Readonly<Record<string, string>> = {},
  signal?: AbortSignal,
): Promise<Response> {
  const app = createApp({ current: served }, { metrics: createMetrics() });
  return app.request("/invocations", {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
    ...(signal === undefined ? {} : { signal }),
  });
}
