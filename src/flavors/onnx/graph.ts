import { MlserveError, quoteName } from "../../core/errors.js";
import type { Dimension, ModelInput } from "../inputs/model-input.js";
import { elementTypeName, type OnnxDType, onnxDType } from "./element-types.js";
import { type ExternalData, readExternalData } from "./external-data.js";
import { expansionFault } from "./function-expansion.js";
import { walkModel } from "./graph-walk.js";
import { type GraphProto, type ModelProto, readModelProto, type ValueInfo } from "./model-proto.js";
import { isZipMap, readZipMapLabels } from "./zip-map.js";

/** What is kept of an ONNX file once it is read: no weights, no views of its bytes. */
export interface OnnxGraph {
  /** The name of the ONNX file among the model's files. */
  readonly file: string;
  readonly name: string;
  readonly irVersion: number;
  readonly producer: string;
  /** Versions by domain; "" is ONNX's own. */
  readonly opsets: ReadonlyMap<string, number>;
  readonly metadata: ReadonlyMap<string, string>;
  /** `Add`, `ai.onnx.ml:ZipMap`, … */
  readonly operators: ReadonlySet<string>;
  /** Those that a call must give. */
  readonly inputs: readonly ModelInput[];
  readonly outputs: readonly GraphOutput[];
  readonly externalData: readonly PlacedExternalData[];
  readonly census: Census;
}

/** Far beyond any model seen; the runtime looks through all of them several times. */
const MAX_SUBGRAPHS = 10_000;

/** How much there is in a file, that of subgraphs and functions included. */
export interface Census {
  readonly nodes: number;
  readonly subgraphs: number;
  readonly functions: number;
  readonly sparseTensors: number;
}

export type GraphOutput =
  /** A type or shape that the file does not say is for the runtime to find out. */
  | {
      readonly kind: "tensor";
      readonly name: string;
      readonly dtype: OnnxDType | undefined;
      readonly shape: readonly Dimension[] | undefined;
    }
  /** A map from class labels to numbers for each row. */
  | { readonly kind: "zip_map"; readonly name: string; readonly labels: readonly string[] };

export interface PlacedExternalData extends ExternalData {
  readonly place: "initializer" | "nested";
}

/**
 * Reads an ONNX file as far as loading needs it; `file` is its name among the model's files.
 *
 * Throws `invalid_model` when the bytes are no ONNX model or point to weights outside the model's folder, and
 * `unsupported_model` when onnxruntime-node cannot take its inputs or return its outputs.
 */
export function readOnnxGraph(bytes: Uint8Array, file: string): OnnxGraph {
  if (isOrtFormat(bytes))
    throw unsupported(file, "it is in ONNX Runtime's own format", "Pack the ONNX file that it was made from");
  try {
    return summarize(readModelProto(bytes), file);
  } catch (cause) {
    if (cause instanceof MlserveError) throw cause;
    throw damagedModel(file, cause);
  }
}

/** The runtime looks for this mark first: such a file could say one thing as an ONNX file and be another to the runtime. */
function isOrtFormat(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.subarray(4, 8)).toString("latin1") === "ORTM";
}

/** Bytes that cannot be read as an ONNX model. */
export function damagedModel(file: string, cause: unknown): MlserveError {
  return broken(file, "it is not an ONNX model, or it is damaged", cause);
}

function summarize(model: ModelProto, file: string): OnnxGraph {
  const { graph } = model;
  if (graph === undefined) throw broken(file, "it is not an ONNX model: it has no graph");
  const { operators, externalData, census } = survey(model, file);
  const inputs = requiredInputs(graph).map((input) => summarizeInput(input, file));
  const outputs = graph.outputs.map((output) => summarizeOutput(model, output, file));
  if (inputs.length === 0) throw unsupported(file, "the graph has no inputs");
  if (outputs.length === 0) throw unsupported(file, "the graph has no outputs");
  return {
    file,
    name: graph.name,
    irVersion: model.irVersion,
    producer: model.producer,
    opsets: model.opsets,
    metadata: model.metadata,
    operators,
    inputs,
    outputs,
    externalData,
    census,
  };
}

function survey(model: ModelProto, file: string): Pick<OnnxGraph, "operators" | "externalData" | "census"> {
  const operators = new Set<string>();
  const externalData: PlacedExternalData[] = [];
  const census = { nodes: 0, subgraphs: 0, functions: model.functions.length, sparseTensors: 0 };
  walkModel(model, {
    node: ({ domain, operator }) => {
      census.nodes++;
      operators.add(domain === "" ? operator : `${domain}:${operator}`);
    },
    tensor: (tensor, place) => {
      if (tensor.external) externalData.push({ ...readExternalData(tensor, file), place });
    },
    sparseTensor: () => census.sparseTensors++,
    subgraph: () => {
      census.subgraphs++;
      if (census.subgraphs > MAX_SUBGRAPHS)
        throw unsupported(file, `it has more than ${MAX_SUBGRAPHS.toLocaleString("en")} subgraphs`);
    },
  });
  const fault = expansionFault(model);
  if (fault !== undefined) throw unsupported(file, fault);
  return { operators, externalData, census };
}

/** Old exporters list initializers among the inputs too, as values that a call may replace. */
function requiredInputs(graph: GraphProto): ValueInfo[] {
  const initialized = new Set(graph.initializers.map(({ name }) => name));
  return graph.inputs.filter(({ name }) => !initialized.has(name));
}

function summarizeInput({ name, type }: ValueInfo, file: string): ModelInput {
  const where = `the input ${quoteName(name)}`;
  checkName(name, where, file);
  if (type.kind === "unknown") throw broken(file, `${where} has no type`);
  if (type.kind !== "tensor")
    throw unsupported(file, `${where} has the type ${type.kind}, and onnxruntime-node takes tensors only`);
  const dtype = onnxDType(type.elementType);
  if (dtype === undefined) {
    const reason = `${where} has the type ${elementTypeName(type.elementType)}, which onnxruntime-node does not take`;
    throw unsupported(
      file,
      reason,
      "Put a Cast from float32, or from another type that it takes, before it in the graph",
    );
  }
  return { name, dtype, shape: type.shape };
}

function summarizeOutput(model: ModelProto, output: ValueInfo, file: string): GraphOutput {
  const { name, type } = output;
  const where = `the output ${quoteName(name)}`;
  checkName(name, where, file);
  if (type.kind === "unknown" && !madeByZipMap(model, name))
    return { kind: "tensor", name, dtype: undefined, shape: undefined };
  if (type.kind !== "tensor") return { kind: "zip_map", name, labels: readZipMapLabels(model, output) };
  const dtype = onnxDType(type.elementType);
  if (dtype === undefined && type.elementType !== 0) {
    const reason = `${where} has the type ${elementTypeName(type.elementType)}, which onnxruntime-node does not return`;
    throw unsupported(
      file,
      reason,
      "Put a Cast to float32, or to another type that it returns, behind it in the graph",
    );
  }
  return { kind: "tensor", name, dtype, shape: type.shape };
}

function madeByZipMap(model: ModelProto, output: string): boolean {
  return model.graph?.nodes.some((node) => isZipMap(node) && node.outputs.includes(output)) ?? false;
}

/** The runtime's JavaScript side keeps names as keys of plain objects, where this one would vanish. */
function checkName(name: string, where: string, file: string): void {
  if (name === "__proto__") throw unsupported(file, `${where} has a name that onnxruntime-node cannot carry`);
}

function broken(file: string, reason: string, cause?: unknown): MlserveError {
  return new MlserveError("invalid_model", reason, { where: quoteName(file), cause });
}

function unsupported(file: string, reason: string, hint?: string): MlserveError {
  return new MlserveError("unsupported_model", reason, {
    where: quoteName(file),
    ...(hint === undefined ? {} : { hint }),
  });
}
