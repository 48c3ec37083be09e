import type { Tensor } from "@tensorflow/tfjs-core";
import type { LayersModel, SymbolicTensor } from "@tensorflow/tfjs-layers";
import { MlserveError, quoteName } from "../../core/errors.js";
import type { Dimension } from "../inputs/model-input.js";
import { isRowwise } from "../inputs/row-shapes.js";
import { readKerasType } from "./dtypes.js";
import type { TfInput, TfOutput } from "./graph.js";
import { mendLayers } from "./layers.js";
import type { ModelJson } from "./model-json.js";
import type { TfLayersModule } from "./runtime.js";
import type { TfModel } from "./tf-model.js";

/** Builds a layers model of a model.json and its weights. To be called within a turn. */
export async function loadLayers(
  { loadLayersModel }: TfLayersModule,
  json: ModelJson,
  weights: ArrayBuffer[],
): Promise<TfModel> {
  const artifacts = {
    modelTopology: mendLayers(json.topology),
    weightSpecs: json.weightsManifest.flatMap((group) => group.weights),
    weightData: weights,
  };
  const model = await loadLayersModel({ load: async () => artifacts as never });
  return toTfModel(model, json.file);
}

function toTfModel(model: LayersModel, file: string): TfModel {
  const inputNames = stableNames(model.inputs);
  const outputNames = stableNames(model.outputs);
  const inputs = model.inputs.map((input, i) => toInput(input, inputNames[i] ?? "", file));
  const outputs = model.outputs.map((output, i): TfOutput => {
    const type = readKerasType(output.dtype);
    return { name: outputNames[i] ?? "", dtype: type?.held, shape: toShape(output) };
  });
  return {
    inputs,
    outputs,
    batchable: [...inputs, ...outputs].every(({ shape }) => isRowwise(shape)),
    run(feeds) {
      const result = model.predictOnBatch(inputs.flatMap(({ name }) => feeds[name] ?? []));
      return Array.isArray(result) ? result : [result];
    },
    lasting: () => new Set<Tensor>(),
    dispose: () => {
      model.dispose();
    },
  };
}

/**
 * Names of tensors are counted up over all models of the process (`x_1`): what goes in and out is called as its layer,
 * and the second tensor of one layer gets a number.
 */
function stableNames(tensors: readonly SymbolicTensor[]): string[] {
  const layers = tensors.map(({ sourceLayer }) => sourceLayer.name);
  return layers.map((name, i) => {
    const earlier = layers.slice(0, i).filter((each) => each === name).length;
    return earlier === 0 ? name : `${name}_${earlier}`;
  });
}

function toInput(input: SymbolicTensor, name: string, file: string): TfInput {
  const type = readKerasType(input.dtype);
  if (type === undefined) {
    const reason = `the input ${quoteName(name)} has a type that TensorFlow.js does not take from outside`;
    throw new MlserveError("unsupported_model", reason, { where: quoteName(file) });
  }
  return { name, dtype: type.held, declared: type.declared, shape: toShape(input) };
}

function toShape({ shape }: SymbolicTensor): Dimension[] {
  return shape.map((size) => size ?? "");
}
