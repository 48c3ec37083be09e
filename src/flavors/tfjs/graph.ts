import { MlserveError, quoteName } from "../../core/errors.js";
import type { Dimension, ModelInput } from "../inputs/model-input.js";
import { readTfType, type TfType } from "./dtypes.js";
import { type GraphNode, readNodes } from "./graph-nodes.js";
import { damagedModel, type ModelJson, type SignatureTensor } from "./model-json.js";
import { ASYNC_OPERATORS, CHANNELS_LAST_OPERATORS, OPERATORS, TABLE_OPERATORS } from "./operators.js";
import { attributeType, isRecord, readShape } from "./tensor-shapes.js";

/** What is kept of the graph in a model.json. */
export interface TfGraph {
  readonly kind: "graph";
  /** Those that a call must give, by the names of the signature or, without one, of their nodes. */
  readonly inputs: readonly TfInput[];
  readonly outputs: readonly TfOutput[];
  /** Of all nodes that the outputs depend on, and of all functions. */
  readonly operators: ReadonlySet<string>;
  /** Those among them whose pictures have their channels first, `NCHW`. */
  readonly channelsFirst: ReadonlySet<string>;
  /** Must it be run with `executeAsync`? */
  readonly async: boolean;
  /** Does it keep tables from one run to the next? */
  readonly tables: boolean;
}

export interface TfInput extends ModelInput {
  /** What the model file calls its type; TensorFlow.js computes with `dtype`. */
  readonly declared: TfType["declared"];
}

export interface TfOutput {
  readonly name: string;
  /** undefined where the model file does not say it. */
  readonly dtype: TfType["held"] | undefined;
  readonly shape: readonly Dimension[] | undefined;
}

/**
 * Reads the graph of a model.json.
 *
 * Throws `invalid_model` when its nodes and weights do not hang together, and `unsupported_model` for operators and types
 * that TensorFlow.js does not have.
 */
export function readGraph(json: ModelJson): TfGraph {
  const { nodes, functions, initializer } = readNodes(json);
  const outputs = readOutputs(json, nodes);
  const reached = reach(
    outputs.map(({ node }) => node),
    nodes,
    json.file,
  );
  const used = [...reached, ...functions, ...initializer];
  checkConstants(used, json);
  refuseCircles(reached, json.file);
  const operators = new Set(used.map(({ op }) => op));
  refuseUnknown(operators, json.file);
  const channelsFirst = new Set(used.filter(isChannelsFirst).map(({ op }) => op));
  refuseChannelsFirst(channelsFirst, json.file);
  return {
    kind: "graph",
    inputs: readInputs(json, nodes),
    outputs: outputs.map(({ output }) => output),
    operators,
    channelsFirst,
    async: [...operators].some((operator) => ASYNC_OPERATORS.has(operator)),
    tables: [...operators].some((operator) => TABLE_OPERATORS.has(operator)),
  };
}

type Nodes = ReadonlyMap<string, GraphNode>;

function readInputs({ signature, file }: ModelJson, nodes: Nodes): TfInput[] {
  const declared = Object.entries(signature?.inputs ?? {}).filter(([, { resourceId }]) => resourceId == null);
  const named: readonly (readonly [string, SignatureTensor])[] =
    declared.length > 0
      ? declared
      : [...nodes.values()].filter(({ op }) => op === "Placeholder").map(({ name }) => [name, { name }]);
  if (named.length === 0) throw unsupported(file, "the graph has no inputs");
  return named.map(([name, tensor]) => readInput(name, tensor, nodes, file));
}

function readInput(name: string, tensor: SignatureTensor, nodes: Nodes, file: string): TfInput {
  const where = `the input ${quoteName(name)}`;
  checkName(name, where, file);
  const node = findNode(tensor.name ?? name, nodes);
  if (node === undefined) throw damagedModel(file, `${where} is not in the graph`);
  const type = readTfType(attributeType(node.attr.dtype) ?? tensor.dtype);
  if (type === undefined) throw unsupported(file, `${where} has a type that TensorFlow.js does not take from outside`);
  const shape =
    tensor.tensorShape === undefined
      ? readShape(node.attr.shape, file)
      : readShape({ shape: tensor.tensorShape }, file);
  return { name, dtype: type.held, declared: type.declared, shape };
}

interface NamedOutput {
  readonly output: TfOutput;
  readonly node: GraphNode;
}

function readOutputs({ signature, file }: ModelJson, nodes: Nodes): NamedOutput[] {
  const declared = Object.entries(signature?.outputs ?? {});
  const named: readonly (readonly [string, SignatureTensor])[] =
    declared.length > 0 ? declared : unusedNames(nodes).map((name) => [name, { name }]);
  if (named.length === 0) throw unsupported(file, "the graph has no outputs");
  return named.map(([name, tensor]) => {
    const where = `the output ${quoteName(name)}`;
    checkName(name, where, file);
    const node = findNode(tensor.name ?? name, nodes);
    if (node === undefined) throw damagedModel(file, `${where} is not in the graph`);
    const type = readTfType(tensor.dtype);
    if (type === undefined && /COMPLEX/.test(String(tensor.dtype)))
      throw unsupported(file, `${where} holds complex numbers, which no answer can`);
    const shape = tensor.tensorShape === undefined ? undefined : readShape({ shape: tensor.tensorShape }, file);
    return { output: { name, dtype: type?.held, shape }, node };
  });
}

/** Without a signature, a graph returns what nothing in it uses. */
function unusedNames(nodes: Nodes): string[] {
  const used = new Set([...nodes.values()].flatMap(({ inputs }) => inputs));
  return [...nodes.values()].filter(({ name, op }) => !used.has(name) && op !== "NoOp").map(({ name }) => name);
}

/** `name` may end in the number of one of the node's outputs: `Identity:0`. */
function findNode(name: string, nodes: Nodes): GraphNode | undefined {
  return nodes.get(name) ?? nodes.get(name.replace(/:\d+$/, ""));
}

function reach(roots: readonly GraphNode[], nodes: Nodes, file: string): GraphNode[] {
  const found = new Set(roots);
  const waiting = [...roots];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    for (const name of node.inputs) {
      const input = nodes.get(name);
      if (input === undefined)
        throw damagedModel(
          file,
          `the node ${quoteName(node.name)} needs ${quoteName(name)}, which is not in the graph`,
        );
      if (!found.has(input)) waiting.push(input);
      found.add(input);
    }
  }
  return [...found];
}

/** The one way back in a graph is that of a loop, and leads into a Merge. */
function refuseCircles(nodes: readonly GraphNode[], file: string): void {
  const waitsFor = new Map(nodes.map(({ name, op, inputs }) => [name, op === "Merge" ? 0 : inputs.length]));
  const users = new Map<string, string[]>();
  for (const { name, op, inputs } of nodes)
    if (op !== "Merge") for (const input of inputs) users.set(input, (users.get(input) ?? []).concat(name));
  const ready = nodes.filter(({ name }) => waitsFor.get(name) === 0).map(({ name }) => name);
  let done = 0;
  for (let name = ready.pop(); name !== undefined; name = ready.pop()) {
    done++;
    for (const user of users.get(name) ?? []) {
      const left = (waitsFor.get(user) ?? 0) - 1;
      waitsFor.set(user, left);
      if (left === 0) ready.push(user);
    }
  }
  if (done < nodes.length) throw damagedModel(file, "its graph runs in a circle that is no loop");
}

function checkConstants(nodes: readonly GraphNode[], { weightsManifest, file }: ModelJson): void {
  const weights = new Set(weightsManifest.flatMap((group) => group.weights.map(({ name }) => name)));
  const orphan = nodes.find(({ op, name }) => op === "Const" && !weights.has(name));
  if (orphan !== undefined) throw damagedModel(file, `the constant ${quoteName(orphan.name)} has no weights`);
}

function refuseUnknown(operators: ReadonlySet<string>, file: string): void {
  const unknown = [...operators].filter((operator) => !OPERATORS.has(operator));
  if (unknown.length === 0) return;
  const names = unknown.slice(0, 10).map(quoteName).join(", ");
  throw unsupported(
    file,
    `TensorFlow.js has no operator${unknown.length === 1 ? "" : "s"} ${names}`,
    "Convert the model without them, or export it to ONNX with tf2onnx",
  );
}

/** Attributes hold texts in base64. */
function isChannelsFirst({ attr }: GraphNode): boolean {
  const format = isRecord(attr.data_format) ? attr.data_format.s : undefined;
  return typeof format === "string" && /^NC/.test(Buffer.from(format, "base64").toString());
}

/** TensorFlow.js would answer with numbers that mean nothing. */
function refuseChannelsFirst(operators: ReadonlySet<string>, file: string): void {
  const wrong = [...operators].find((operator) => CHANNELS_LAST_OPERATORS.has(operator));
  if (wrong === undefined) return;
  const reason = `TensorFlow.js has ${quoteName(wrong)} only with channels last (NHWC)`;
  throw unsupported(file, reason, "Export the model with data_format channels_last");
}

/** Names are keys of plain objects in TensorFlow.js, where this one would vanish. */
function checkName(name: string, where: string, file: string): void {
  if (name === "__proto__" || name === "")
    throw unsupported(file, `${where} has a name that TensorFlow.js cannot carry`);
}

function unsupported(file: string, reason: string, hint?: string): MlserveError {
  return new MlserveError("unsupported_model", reason, {
    where: quoteName(file),
    ...(hint === undefined ? {} : { hint }),
  });
}
