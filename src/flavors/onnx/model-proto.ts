import type { Dimension } from "../inputs/model-input.js";
import {
  type FieldReader,
  integerField,
  messageField,
  numberField,
  readFields,
  singleMessageField,
  textField,
} from "./proto-fields.js";

// The part of ONNX's schema (onnx.proto) that loading needs. Field numbers are from there. Everything that can be
// large (weights, attributes) stays a view of the file's bytes.

export interface ModelProto {
  irVersion: number;
  producer: string;
  readonly opsets: Map<string, number>;
  readonly metadata: Map<string, string>;
  graph: GraphProto | undefined;
  /** Each is a FunctionProto. */
  readonly functions: Uint8Array[];
  /** Each is a GraphProto, of a TrainingInfoProto. */
  readonly trainingGraphs: Uint8Array[];
}

export interface GraphProto {
  name: string;
  readonly nodes: NodeProto[];
  readonly inputs: ValueInfo[];
  readonly outputs: ValueInfo[];
  readonly initializers: TensorProto[];
  /** Each is a SparseTensorProto. */
  readonly sparseInitializers: Uint8Array[];
}

export interface NodeProto {
  operator: string;
  domain: string;
  /** Tells functions of the same name and domain apart. */
  overload: string;
  readonly inputs: string[];
  readonly outputs: string[];
  /** Each is an AttributeProto. */
  readonly attributes: Uint8Array[];
}

/** The parts of an attribute that can hold tensors. */
export interface AttributeProto {
  readonly tensors: Uint8Array[];
  readonly sparseTensors: Uint8Array[];
  readonly graphs: Uint8Array[];
}

export interface TensorProto {
  name: string;
  /** Its bytes lie in another file, which `externalEntries` describe. */
  external: boolean;
  readonly externalEntries: (readonly [key: string, value: string])[];
}

export interface ValueInfo {
  name: string;
  type: ValueType;
}

/** `shape` is undefined where even the rank is free. */
export type ValueType =
  | { readonly kind: "tensor"; readonly elementType: number; readonly shape: readonly Dimension[] | undefined }
  | { readonly kind: "unknown" | "sequence" | "map" | "optional" | "sparse tensor" | "opaque value" };

const EXTERNAL = 1;

export function readModelProto(bytes: Uint8Array): ModelProto {
  const model: ModelProto = {
    irVersion: 0,
    producer: "",
    opsets: new Map(),
    metadata: new Map(),
    graph: undefined,
    functions: [],
    trainingGraphs: [],
  };
  readFields(bytes, {
    1: numberField((version) => {
      model.irVersion = version;
    }),
    2: textField((name) => {
      model.producer = name;
    }),
    7: singleMessageField((graph) => {
      model.graph = readGraphProto(graph);
    }),
    8: messageField((opset) => model.opsets.set(...readOpset(opset))),
    14: messageField((entry) => model.metadata.set(...readEntry(entry))),
    20: messageField((training) => readTrainingGraphs(training, model.trainingGraphs)),
    25: messageField((definition) => model.functions.push(definition)),
  });
  return model;
}

export function readGraphProto(bytes: Uint8Array): GraphProto {
  const graph: GraphProto = { name: "", nodes: [], inputs: [], outputs: [], initializers: [], sparseInitializers: [] };
  readFields(bytes, {
    1: messageField((node) => graph.nodes.push(readNodeProto(node))),
    2: textField((name) => {
      graph.name = name;
    }),
    5: messageField((tensor) => graph.initializers.push(readTensorProto(tensor))),
    11: messageField((input) => graph.inputs.push(readValueInfo(input))),
    12: messageField((output) => graph.outputs.push(readValueInfo(output))),
    15: messageField((tensor) => graph.sparseInitializers.push(tensor)),
  });
  return graph;
}

function readTrainingGraphs(bytes: Uint8Array, graphs: Uint8Array[]): void {
  const take = (): FieldReader => singleMessageField((graph) => graphs.push(graph));
  readFields(bytes, { 1: take(), 2: take() });
}

export function readNodeProto(bytes: Uint8Array): NodeProto {
  const node: NodeProto = { operator: "", domain: "", overload: "", inputs: [], outputs: [], attributes: [] };
  readFields(bytes, {
    1: textField((name) => node.inputs.push(name)),
    2: textField((name) => node.outputs.push(name)),
    4: textField((operator) => {
      node.operator = operator;
    }),
    5: messageField((attribute) => node.attributes.push(attribute)),
    7: textField((domain) => {
      node.domain = domain;
    }),
    8: textField((overload) => {
      node.overload = overload;
    }),
  });
  return node;
}

export function readAttributeProto(bytes: Uint8Array): AttributeProto {
  const attribute: AttributeProto = { tensors: [], sparseTensors: [], graphs: [] };
  readFields(bytes, {
    5: singleMessageField((tensor) => attribute.tensors.push(tensor)),
    6: singleMessageField((graph) => attribute.graphs.push(graph)),
    10: messageField((tensor) => attribute.tensors.push(tensor)),
    11: messageField((graph) => attribute.graphs.push(graph)),
    22: singleMessageField((tensor) => attribute.sparseTensors.push(tensor)),
    23: messageField((tensor) => attribute.sparseTensors.push(tensor)),
  });
  return attribute;
}

/** An attribute that holds a list of integers or of strings, the integers spelled in decimal. */
export function readListAttribute(bytes: Uint8Array): { readonly name: string; readonly values: string[] } {
  let name = "";
  const values: string[] = [];
  readFields(bytes, {
    1: textField((text) => {
      name = text;
    }),
    8: integerField((value) => values.push(String(value))),
    9: textField((text) => values.push(text)),
  });
  return { name, values };
}

/** The two tensors of a sparse one: its values and their indices. */
export function readSparseTensorProto(bytes: Uint8Array): TensorProto[] {
  const tensors: TensorProto[] = [];
  const take = (): FieldReader => singleMessageField((tensor) => tensors.push(readTensorProto(tensor)));
  readFields(bytes, { 1: take(), 2: take() });
  return tensors;
}

export function readTensorProto(bytes: Uint8Array): TensorProto {
  const tensor: TensorProto = { name: "", external: false, externalEntries: [] };
  readFields(bytes, {
    8: textField((name) => {
      tensor.name = name;
    }),
    13: messageField((entry) => tensor.externalEntries.push(readEntry(entry))),
    14: numberField((location) => {
      tensor.external = location === EXTERNAL;
    }),
  });
  return tensor;
}

export function readValueInfo(bytes: Uint8Array): ValueInfo {
  const value: ValueInfo = { name: "", type: { kind: "unknown" } };
  readFields(bytes, {
    1: textField((name) => {
      value.name = name;
    }),
    2: messageField((type) => {
      value.type = readValueType(type);
    }),
  });
  return value;
}

function readValueType(bytes: Uint8Array): ValueType {
  let type: ValueType = { kind: "unknown" };
  const other = (kind: Exclude<ValueType["kind"], "tensor">): FieldReader =>
    messageField(() => {
      type = { kind };
    });
  readFields(bytes, {
    1: messageField((tensor) => {
      type = readTensorType(tensor);
    }),
    4: other("sequence"),
    5: other("map"),
    7: other("opaque value"),
    8: other("sparse tensor"),
    9: other("optional"),
  });
  return type;
}

function readTensorType(bytes: Uint8Array): ValueType {
  let elementType = 0;
  let shape: Dimension[] | undefined;
  readFields(bytes, {
    1: numberField((type) => {
      elementType = type;
    }),
    2: messageField((dimensions) => {
      const sizes: Dimension[] = [];
      readFields(dimensions, { 1: messageField((dimension) => sizes.push(readDimension(dimension))) });
      shape = sizes;
    }),
  });
  return { kind: "tensor", elementType, shape };
}

/** Some exporters write a free dimension as -1. */
function readDimension(bytes: Uint8Array): Dimension {
  let dimension: Dimension = "";
  readFields(bytes, {
    1: integerField((size) => {
      dimension = size < 0n ? "" : Number(size);
    }),
    2: textField((name) => {
      dimension = name;
    }),
  });
  return dimension;
}

function readOpset(bytes: Uint8Array): [domain: string, version: number] {
  let domain = "";
  let version = 0;
  readFields(bytes, {
    1: textField((text) => {
      domain = text;
    }),
    2: integerField((value) => {
      version = Number(value);
    }),
  });
  return [domain, version];
}

function readEntry(bytes: Uint8Array): [key: string, value: string] {
  let key = "";
  let value = "";
  readFields(bytes, {
    1: textField((text) => {
      key = text;
    }),
    2: textField((text) => {
      value = text;
    }),
  });
  return [key, value];
}
