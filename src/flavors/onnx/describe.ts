import { MlserveError, quoteName } from "../../core/errors.js";
import type { ModelFiles } from "../../format/model.js";
import type { Schema, Signature, TensorSpec } from "../../format/signature.js";
import type { DescribedModel, DescribeRequest } from "../flavor.js";
import type { Dimension } from "../inputs/model-input.js";
import type { OnnxGraph } from "./graph.js";

/** MLflow reads it only to warn when another Python loads the model; this one is the oldest that current MLflow takes. */
const PYTHON_VERSION = "3.10.0";

/**
 * The ONNX file that was named, or the only one of a folder; undefined when there is none.
 *
 * Throws `usage` when there are several, or when it lies where Python's mlflow would not find the MLmodel file beside it.
 */
export function findOnnxFile(files: ModelFiles, { file }: DescribeRequest = {}): string | undefined {
  if (file !== undefined) return isOnnxFile(file) ? file : undefined;
  const candidates = files.names.filter(isOnnxFile);
  const [only] = candidates;
  if (candidates.length > 1) {
    const names = candidates.slice(0, 5).map(quoteName).join(", ");
    throw new MlserveError("usage", `there are ${candidates.length} ONNX files here: ${names}`, {
      hint: "Name the one to pack",
    });
  }
  if (only?.includes("/")) {
    const folder = only.slice(0, only.lastIndexOf("/"));
    // Its signature is in that folder's MLmodel file.
    const isSaved = files.has(`${folder}/MLmodel`);
    throw new MlserveError("usage", `the ONNX file ${quoteName(only)} lies in a subfolder`, {
      hint: isSaved ? `Name that folder, a saved model: ${quoteName(folder)}` : "Name the file itself to pack it",
    });
  }
  return only;
}

function isOnnxFile(name: string): boolean {
  return name.toLowerCase().endsWith(".onnx");
}

/** The blocks that MLflow writes for an ONNX model, and the signature that the graph itself says. */
export function describeGraph(graph: OnnxGraph, files: ModelFiles): DescribedModel {
  const env = {
    ...(files.has("conda.yaml") ? { conda: "conda.yaml" } : {}),
    ...(files.has("python_env.yaml") ? { virtualenv: "python_env.yaml" } : {}),
  };
  return {
    flavors: {
      onnx: { code: null, data: graph.file, onnx_session_options: null, providers: ["CPUExecutionProvider"] },
      python_function: {
        data: graph.file,
        ...(Object.keys(env).length === 0 ? {} : { env }),
        loader_module: "mlflow.onnx",
        python_version: PYTHON_VERSION,
      },
    },
    signature: toSignature(graph),
    files: [...new Set([graph.file, ...graph.externalData.map(({ file }) => file)])],
  };
}

function toSignature({ inputs, outputs }: OnnxGraph): Signature {
  const tensors = outputs.map((output) =>
    output.kind === "tensor" ? output : { ...output, dtype: undefined, shape: undefined },
  );
  return { inputs: toSchema(inputs), outputs: toSchema(tensors), params: undefined };
}

interface Described extends Omit<TensorSpec, "dtype" | "shape"> {
  readonly dtype: TensorSpec["dtype"] | undefined;
  readonly shape: readonly Dimension[] | undefined;
}

/** undefined when any of them is of a type or rank that a signature cannot say. */
function toSchema(described: readonly Described[]): Schema | undefined {
  const tensors = described.flatMap(({ name, dtype, shape }): TensorSpec[] =>
    dtype === undefined || shape === undefined || name === undefined ? [] : [{ name, dtype, shape: shape.map(toFree) }],
  );
  return tensors.length === described.length ? { kind: "tensors", tensors } : undefined;
}

function toFree(size: Dimension): number {
  return typeof size === "number" ? size : -1;
}
