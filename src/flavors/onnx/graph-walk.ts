import { type FunctionProto, readFunctionProto } from "./function-proto.js";
import {
  type GraphProto,
  type ModelProto,
  type NodeProto,
  readAttributeProto,
  readGraphProto,
  readSparseTensorProto,
  readTensorProto,
  type TensorProto,
} from "./model-proto.js";

/** Is told of every node and tensor of a model, those of functions, subgraphs in attributes and training graphs too. */
export interface GraphVisitor {
  node?(node: NodeProto): void;
  /** `initializer`: a plain initializer of the model's own graph. */
  tensor?(tensor: TensorProto, place: "initializer" | "nested"): void;
  /** A sparse tensor, whose parts {@link tensor} is told of. */
  sparseTensor?(): void;
  /** A graph in an attribute of a node. */
  subgraph?(): void;
}

/** Deeper nesting than any exporter writes is an attack on the runtime, which takes time that doubles with each level. */
const MAX_DEPTH = 32;

export function walkModel(model: ModelProto, visitor: GraphVisitor): void {
  if (model.graph !== undefined) walkGraph(model.graph, 0, visitor);
  for (const bytes of model.functions) walkFunction(readFunctionProto(bytes), visitor);
  // The runtime skips them; what it may skip or not must not matter.
  for (const bytes of model.trainingGraphs) walkGraph(readGraphProto(bytes), 1, visitor);
}

export function walkFunction({ nodes, attributes }: FunctionProto, visitor: GraphVisitor): void {
  for (const node of nodes) walkNode(node, 1, visitor);
  for (const attribute of attributes) walkAttribute(attribute, 1, visitor);
}

/** `depth` is 0 for the model's own graph. */
export function walkGraph(graph: GraphProto, depth: number, visitor: GraphVisitor): void {
  if (depth > MAX_DEPTH) throw new RangeError(`subgraphs are nested deeper than ${MAX_DEPTH} levels`);
  for (const node of graph.nodes) walkNode(node, depth, visitor);
  for (const tensor of graph.initializers) visitor.tensor?.(tensor, depth === 0 ? "initializer" : "nested");
  for (const sparse of graph.sparseInitializers) walkSparseTensor(sparse, visitor);
}

function walkNode(node: NodeProto, depth: number, visitor: GraphVisitor): void {
  visitor.node?.(node);
  for (const attribute of node.attributes) walkAttribute(attribute, depth, visitor);
}

function walkAttribute(bytes: Uint8Array, depth: number, visitor: GraphVisitor): void {
  const { tensors, sparseTensors, graphs } = readAttributeProto(bytes);
  for (const tensor of tensors) visitor.tensor?.(readTensorProto(tensor), "nested");
  for (const sparse of sparseTensors) walkSparseTensor(sparse, visitor);
  for (const graph of graphs) {
    visitor.subgraph?.();
    walkGraph(readGraphProto(graph), depth + 1, visitor);
  }
}

function walkSparseTensor(bytes: Uint8Array, visitor: GraphVisitor): void {
  visitor.sparseTensor?.();
  for (const tensor of readSparseTensorProto(bytes)) visitor.tensor?.(tensor, "nested");
}
