import { type FunctionProto, readFunctionProto } from "./function-proto.js";
import { walkFunction, walkGraph } from "./graph-walk.js";
import type { ModelProto, NodeProto } from "./model-proto.js";

/** The largest networks have some tens of thousands. */
const MAX_EXPANDED_NODES = 1_000_000;

/** No exporter nests the modules of a network so deep. */
const MAX_CALL_DEPTH = 100;

/** Nodes of a graph or of a function, before functions take the place of the nodes that call them. */
interface Body {
  readonly nodes: number;
  /** The functions that its nodes call, by key, one for each call. */
  readonly calls: readonly string[];
}

/**
 * What keeps the functions of a model from being put in the place of the nodes that call them, as the runtime does when
 * it loads the model: forty of them that call the next one twice would make a thousand billion nodes. undefined when
 * nothing does.
 */
export function expansionFault(model: ModelProto): string | undefined {
  if (model.functions.length === 0 || model.graph === undefined) return undefined;
  const definitions = model.functions.map(readFunctionProto);
  const keys = new Set(definitions.map(keyOfFunction));
  const bodies = new Map(definitions.map((each) => [keyOfFunction(each), bodyOfFunction(each, keys)]));
  const graph = createBody(keys);
  walkGraph(model.graph, 0, graph.visitor);
  const nodes = createCounter(bodies)(graph.body, 0);
  if (Number.isNaN(nodes)) return "a function of it calls itself, or calls are nested too deep";
  return nodes > MAX_EXPANDED_NODES ? `its functions unfold to more than ${MAX_EXPANDED_NODES} nodes` : undefined;
}

/** Counts the nodes of a body once its functions are in place; NaN when that has no end. */
function createCounter(bodies: ReadonlyMap<string, Body>): (body: Body, depth: number) => number {
  const known = new Map<string, number>();
  const countFunction = (key: string, depth: number): number => {
    const counted = known.get(key);
    if (counted !== undefined) return counted;
    const body = bodies.get(key);
    const count = body === undefined || depth > MAX_CALL_DEPTH ? Number.NaN : countBody(body, depth);
    known.set(key, count);
    return count;
  };
  const countBody = ({ nodes, calls }: Body, depth: number): number =>
    calls.reduce((sum, key) => sum + countFunction(key, depth + 1), nodes);
  return countBody;
}

function bodyOfFunction(definition: FunctionProto, keys: ReadonlySet<string>): Body {
  const { body, visitor } = createBody(keys);
  walkFunction(definition, visitor);
  return body;
}

function createBody(keys: ReadonlySet<string>): { body: Body; visitor: { node(node: NodeProto): void } } {
  const body = { nodes: 0, calls: [] as string[] };
  const node = ({ domain, operator, overload }: NodeProto): void => {
    body.nodes++;
    const key = keyOf(domain, operator, overload);
    if (keys.has(key)) body.calls.push(key);
  };
  return { body, visitor: { node } };
}

function keyOfFunction({ domain, name, overload }: FunctionProto): string {
  return keyOf(domain, name, overload);
}

function keyOf(domain: string, name: string, overload: string): string {
  return JSON.stringify([domain === "ai.onnx" ? "" : domain, name, overload]);
}
