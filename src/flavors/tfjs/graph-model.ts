import type { GraphModel } from "@tensorflow/tfjs-converter";
import type { NamedTensorMap, Tensor } from "@tensorflow/tfjs-core";
import { isRowwise } from "../inputs/row-shapes.js";
import type { TfGraph } from "./graph.js";
import { mendTopology } from "./graph-nodes.js";
import type { ModelJson } from "./model-json.js";
import type { TfConverter } from "./runtime.js";
import type { TfModel } from "./tf-model.js";

/** What of a `GraphModel` has no other door: tables are made by the first run, and would go with its tensors. */
interface GraphInternals {
  readonly resourceManager: {
    readonly hashTableNameToHandle: Readonly<Record<string, Tensor>>;
    readonly hashTableMap: Readonly<
      Record<number, { readonly handle: Tensor; readonly tensorMap: Map<unknown, Tensor> }>
    >;
  };
  resourceIdToCapturedInput?: unknown;
  executeInitializerGraphAsync(): Promise<Tensor[]>;
  setResourceIdToCapturedInput(outputs: Tensor[]): void;
}

/** Makes a graph model of a model.json and its weights, and fills its tables. To be called within a turn. */
export async function loadGraph(
  { loadGraphModel }: TfConverter,
  json: ModelJson,
  graph: TfGraph,
  weights: ArrayBuffer[],
): Promise<TfModel> {
  const artifacts = {
    modelTopology: mendTopology(json.topology),
    weightSpecs: json.weightsManifest.flatMap((group) => group.weights),
    weightData: weights,
    ...(json.signature === undefined ? {} : { signature: json.signature }),
    ...(json.initializer === undefined ? {} : { modelInitializer: json.initializer }),
    ...(json.initializerSignature == null ? {} : { initializerSignature: json.initializerSignature }),
  };
  const model = await loadGraphModel({ load: async () => artifacts as never });
  // The model keeps what it was made of, and the weights are in the engine by now.
  artifacts.weightData = [];
  const internals = model as unknown as GraphInternals;
  if (internals.resourceIdToCapturedInput == null)
    internals.setResourceIdToCapturedInput(await internals.executeInitializerGraphAsync());
  return toTfModel(model, internals, graph);
}

function toTfModel(model: GraphModel, internals: GraphInternals, graph: TfGraph): TfModel {
  const names = graph.outputs.map(({ name }) => name);
  return {
    inputs: graph.inputs,
    outputs: graph.outputs,
    batchable: !graph.async && [...graph.inputs, ...graph.outputs].every(({ shape }) => isRowwise(shape)),
    run(feeds) {
      // It adds the resources to what it is given.
      const inputs: NamedTensorMap = { ...feeds };
      return graph.async ? runAsync(model, inputs, names) : toList(model.execute(inputs, names));
    },
    lasting: () => (graph.tables ? tensorsOfTables(internals) : new Set()),
    dispose: () => model.dispose(),
  };
}

async function runAsync(model: GraphModel, inputs: NamedTensorMap, names: string[]): Promise<Tensor[]> {
  return toList(await model.executeAsync(inputs, names));
}

function toList(result: Tensor | Tensor[]): Tensor[] {
  return Array.isArray(result) ? result : [result];
}

function tensorsOfTables({ resourceManager }: GraphInternals): Set<Tensor> {
  const { hashTableNameToHandle, hashTableMap } = resourceManager;
  const contents = Object.values(hashTableMap).flatMap(({ handle, tensorMap }) => [handle, ...tensorMap.values()]);
  return new Set([...Object.values(hashTableNameToHandle), ...contents]);
}
