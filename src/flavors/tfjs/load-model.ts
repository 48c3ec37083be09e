import type { Tensor } from "@tensorflow/tfjs-core";
import { MlserveError, quoteName } from "../../core/errors.js";
import type { ModelFiles } from "../../format/model.js";
import type { BackendName } from "./config.js";
import { takeTurn, withinScope } from "./engine.js";
import type { TfGraph } from "./graph.js";
import { loadGraph } from "./graph-model.js";
import type { TfLayers } from "./layers.js";
import { loadLayers } from "./layers-model.js";
import type { ModelJson } from "./model-json.js";
import type { TfRuntime } from "./runtime.js";
import type { TfModel } from "./tf-model.js";
import { readWeights, type WeightGroup } from "./weights.js";

/** A model.json that was read and checked, all but its weights. */
export interface ReadModel {
  readonly json: ModelJson;
  readonly topology: TfGraph | TfLayers;
  readonly weights: readonly WeightGroup[];
}

/**
 * Puts a model into the engine, on one backend. A model that does not load leaves nothing there.
 *
 * Throws `invalid_model` when TensorFlow.js refuses it, and what reading the weights throws.
 */
export async function loadTfModel(
  runtime: TfRuntime,
  { json, topology, weights }: ReadModel,
  files: ModelFiles,
  backend: BackendName,
): Promise<TfModel> {
  const buffers = await readWeights(weights, json.file, files);
  const library = topology.kind === "graph" ? await runtime.converter() : await runtime.layers();
  const build = (): Promise<TfModel> =>
    topology.kind === "graph" && "loadGraphModel" in library
      ? loadGraph(library, json, topology, buffers)
      : loadLayers(library as Awaited<ReturnType<TfRuntime["layers"]>>, json, buffers);
  return takeTurn(runtime.core, backend, () => buildInEngine(runtime, build, json.file));
}

async function buildInEngine({ core }: TfRuntime, build: () => Promise<TfModel>, file: string): Promise<TfModel> {
  const engine = core.engine();
  const before = new Set(Object.keys(engine.registeredVariables));
  let loaded: TfModel | undefined;
  let made: readonly Tensor[] = [];
  const work = async (): Promise<TfModel> => {
    made = engine.state.activeScope.track;
    loaded = await build();
    return loaded;
  };
  try {
    const model = await withinScope(core, work, () => new Set(loaded === undefined ? [] : made));
    const rest = made.filter(({ isDisposed }) => !isDisposed);
    return { ...model, dispose: () => disposeAll(model, rest) };
  } catch (cause) {
    for (const [name, variable] of Object.entries(engine.registeredVariables))
      if (!before.has(name)) variable.dispose();
    if (cause instanceof MlserveError) throw cause;
    throw new MlserveError("invalid_model", `TensorFlow.js does not load the model${quotable(cause)}`, {
      where: quoteName(file),
      cause,
    });
  }
}

/** The model itself, and what was left over when it was built. */
function disposeAll(model: TfModel, rest: readonly Tensor[]): void {
  model.dispose();
  for (const tensor of rest) tensor.dispose();
}

/** The first line of what the library says about the model's file, unless a path may be in it. */
function quotable(cause: unknown): string {
  const said = cause instanceof Error && !(cause instanceof RangeError) ? cause.message : "";
  const [line = ""] = said.trim().split("\n");
  return line === "" || /[\\/]/.test(line) ? "" : `: ${line.slice(0, 200).replace(/\.$/, "")}`;
}
