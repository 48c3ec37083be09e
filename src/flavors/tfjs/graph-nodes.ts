import { damagedModel, type ModelJson, type Topology } from "./model-json.js";
import { isRecord } from "./tensor-shapes.js";

/** A node of a graph, as far as loading looks at it. */
export interface GraphNode {
  readonly name: string;
  readonly op: string;
  /** Names of nodes, without the number of their output and the mark of an order-only input. */
  readonly inputs: readonly string[];
  readonly attr: Readonly<Record<string, unknown>>;
}

export interface GraphNodes {
  readonly nodes: ReadonlyMap<string, GraphNode>;
  /** Those of all functions, which loops and branches call. */
  readonly functions: readonly GraphNode[];
  /** Those that fill tables once, before the first run. */
  readonly initializer: readonly GraphNode[];
}

/** Throws `invalid_model` for nodes without a name or an operator, or of the same name. */
export function readNodes({ topology, initializer, file }: ModelJson): GraphNodes {
  const nodes = new Map<string, GraphNode>();
  for (const node of readList(topology.node, file)) {
    if (nodes.has(node.name)) throw damagedModel(file, "two nodes of its graph have the same name");
    nodes.set(node.name, node);
  }
  return {
    nodes,
    functions: functionsOf(topology).flatMap(({ nodeDef }) => readList(nodeDef, file)),
    initializer: initializer === undefined ? [] : readList(initializer.node, file),
  };
}

function functionsOf({ library }: Topology): readonly Readonly<Record<string, unknown>>[] {
  const functions = isRecord(library) ? library.function : undefined;
  return Array.isArray(functions) ? functions.filter(isRecord) : [];
}

function readList(list: unknown, file: string): GraphNode[] {
  if (list === undefined) return [];
  if (!Array.isArray(list)) throw damagedModel(file, "the nodes of its graph are no list");
  return list.map((node: unknown) => readNode(node, file));
}

function readNode(node: unknown, file: string): GraphNode {
  if (!isRecord(node) || typeof node.name !== "string" || typeof node.op !== "string")
    throw damagedModel(file, "a node of its graph has no name or no operator");
  const { name, op, input = [], attr = {} } = node;
  if (!Array.isArray(input) || !input.every((entry) => typeof entry === "string") || !isRecord(attr))
    throw damagedModel(file, "the inputs or attributes of a node of its graph are not as expected");
  return { name, op, inputs: input.map(toNodeName), attr };
}

function toNodeName(input: string): string {
  return input.replace(/^\^/, "").replace(/:[\w:]*$/, "");
}

/**
 * What is written otherwise before TensorFlow.js sees it: Print would put a caller's values on the standard output, and
 * If is not taken for control flow, unlike StatelessIf, which it is run as.
 */
export function mendTopology(topology: Topology): Topology {
  const { node, library } = topology;
  return {
    ...topology,
    ...(Array.isArray(node) ? { node: node.map(mendNode) } : {}),
    ...(isRecord(library)
      ? {
          library: {
            ...library,
            function: functionsOf(topology).map((each) =>
              Array.isArray(each.nodeDef) ? { ...each, nodeDef: each.nodeDef.map(mendNode) } : each,
            ),
          },
        }
      : {}),
  };
}

function mendNode(node: unknown): unknown {
  if (!isRecord(node)) return node;
  if (node.op === "If") return { ...node, op: "StatelessIf" };
  if (node.op !== "Print" || !Array.isArray(node.input)) return node;
  return { ...node, op: "Identity", input: node.input.slice(0, 1) };
}
