import { MlserveError, quoteName } from "../../core/errors.js";
import { Float32Map } from "../../core/float32-map.js";
import type { Tensor } from "../../core/tensor.js";
import { walkModel } from "./graph-walk.js";
import { type ModelProto, type NodeProto, readListAttribute, type ValueInfo } from "./model-proto.js";

/** An operator that turns a row of numbers into a map from class labels; scikit-learn's classifiers end in it. */
const ZIP_MAP = { operator: "ZipMap", domain: "ai.onnx.ml" } as const;

export function isZipMap(node: { readonly operator: string; readonly domain: string }): boolean {
  return node.operator === ZIP_MAP.operator && node.domain === ZIP_MAP.domain;
}

/**
 * The class labels of the ZipMap that makes a graph output, integers spelled in decimal.
 *
 * Throws `unsupported_model` when the output is not made by a ZipMap, or when anything else uses it.
 */
export function readZipMapLabels(model: ModelProto, output: ValueInfo): string[] {
  const node = model.graph?.nodes.find(({ outputs }) => outputs.includes(output.name));
  if (node === undefined || !isZipMap(node) || node.outputs.length !== 1 || node.inputs.length !== 1) {
    throw refusal(output, `has the type ${output.type.kind}, and onnxruntime-node returns tensors only`);
  }
  if (isConsumed(model, output.name)) throw refusal(output, "is a map that another node of the graph uses too");
  const labels = classLabels(node);
  if (labels.length === 0) throw refusal(output, "is a map without class labels, or with two lists of them");
  return labels;
}

/** ZipMap has either integers or strings for labels; with both, or none, the runtime does not take it. */
function classLabels(node: NodeProto): string[] {
  const lists = node.attributes.map(readListAttribute).filter(({ name }) => name.startsWith("classlabels_"));
  const [only, ...others] = lists.filter(({ values }) => values.length > 0);
  return only === undefined || others.length > 0 ? [] : only.values;
}

function isConsumed(model: ModelProto, name: string): boolean {
  let consumed = false;
  walkModel(model, {
    node: ({ inputs }) => {
      consumed ||= inputs.includes(name);
    },
  });
  return consumed;
}

function refusal(output: ValueInfo, reason: string): MlserveError {
  return new MlserveError("unsupported_model", `the output ${quoteName(output.name)} ${reason}`, {
    hint: "Export the model with tensors as outputs, scikit-learn's with to_onnx(..., options={'zipmap': False})",
  });
}

/**
 * What ZipMap would have returned: one map of labels to numbers for each row of a [N, labels] or [labels] tensor.
 *
 * Throws `model_failed` when the tensor has not one number for each label.
 */
export function zipRows(tensor: Tensor, labels: readonly string[], output: string): Tensor {
  const width = tensor.shape.at(-1);
  if (tensor.dtype !== "float32" || width !== labels.length || tensor.shape.length > 2) {
    const expected = `expected ${labels.length} numbers for each row`;
    throw new MlserveError("model_failed", `the model returned values that its class labels do not fit: ${expected}`, {
      where: `output ${quoteName(output)}`,
    });
  }
  const rows = tensor.shape.length === 2 ? (tensor.shape[0] ?? 0) : 1;
  const data = Array.from({ length: rows }, (_, row) => zipRow(tensor.data, row * width, labels));
  return { dtype: "object", shape: [rows], data };
}

function zipRow(data: Float32Array, start: number, labels: readonly string[]): Float32Map<string> {
  const map = new Float32Map<string>();
  for (let i = 0; i < labels.length; i++) map.set(labels[i] ?? "", data[start + i] ?? Number.NaN);
  return map;
}
