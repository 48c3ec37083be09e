import {
  type GraphProto,
  type ModelProto,
  type NodeProto,
  readAttributeProto,
  readFunctionProto,
  readGraphProto,
  readSparseTensorProto,
  readTensorProto,
  type TensorProto,
} from "./model-proto.js";

/** Is told of every node and tensor of a model, those of functions and of subgraphs in attributes too. */
export interface GraphVisitor {
  /** `depth` is 0 for the nodes of the model's own graph. */
  node?(node: NodeProto, depth: number): void;
  /** `initializer`: a plain initializer of the model's own graph. */
  tensor?(tensor: TensorProto, place: "initializer" | "nested"): void;
}

/** Deeper nesting than any exporter writes is an attack on the runtime, which takes time that doubles with each level. */
const MAX_DEPTH = 32;

export function walkModel(model: ModelProto, visitor: GraphVisitor): void {
  if (model.graph !== undefined) walkGraph(model.graph, 0, visitor);
  for (const bytes of model.functions) {
    const { nodes, attributes } = readFunctionProto(bytes);
    for (const node of nodes) walkNode(node, 1, visitor);
    for (const attribute of attributes) walkAttribute(attribute, 1, visitor);
  }
}

function walkGraph(graph: GraphProto, depth: number, visitor: GraphVisitor): void {
  if (depth > MAX_DEPTH) throw new RangeError(`subgraphs are nested deeper than ${MAX_DEPTH} levels`);
  for (const node of graph.nodes) walkNode(node, depth, visitor);
  for (const tensor of graph.initializers) visitor.tensor?.(tensor, depth === 0 ? "initializer" : "nested");
  for (const sparse of graph.sparseInitializers) walkSparseTensor(sparse, visitor);
}

function walkNode(node: NodeProto, depth: number, visitor: GraphVisitor): void {
  visitor.node?.(node, depth);
  for (const attribute of node.attributes) walkAttribute(attribute, depth, visitor);
}

function walkAttribute(bytes: Uint8Array, depth: number, visitor: GraphVisitor): void {
  const { tensors, sparseTensors, graphs } = readAttributeProto(bytes);
  for (const tensor of tensors) visitor.tensor?.(readTensorProto(tensor), "nested");
  for (const sparse of sparseTensors) walkSparseTensor(sparse, visitor);
  for (const graph of graphs) walkGraph(readGraphProto(graph), depth + 1, visitor);
}

function walkSparseTensor(bytes: Uint8Array, visitor: GraphVisitor): void {
  for (const tensor of readSparseTensorProto(bytes)) visitor.tensor?.(tensor, "nested");
}
