import { FLOAT } from "./element-types.js";
import { type ExternalData, readExternalData } from "./external-data.js";
import type { OnnxGraph } from "./graph.js";
import { type NodeProto, readNodeProto, readTensorProto, readValueInfo } from "./model-proto.js";
import {
  dropField,
  editFields,
  encodeMessageField,
  encodeNumberField,
  encodeTextField,
  type FieldEdit,
  type FieldEdits,
} from "./proto-fields.js";
import { isZipMap } from "./zip-map.js";

/** Gives the bytes of a tensor that lie in a weights file. */
export type ReadWeights = (data: ExternalData) => Uint8Array;

/** Can the runtime load the file as it is, when it is given the weights files as buffers? */
export function needsRewrite(graph: OnnxGraph): boolean {
  return hasZipMap(graph) || graph.externalData.some(mustMove);
}

export function hasZipMap({ outputs }: OnnxGraph): boolean {
  return outputs.some(({ kind }) => kind === "zip_map");
}

/**
 * Given buffers for weights files, the runtime uses them for the initializers of the main graph, under the very
 * spelling of the location; for every other tensor it would look in the working directory.
 */
function mustMove({ place, canonical }: OnnxGraph["externalData"][number]): boolean {
  return place === "nested" || !canonical;
}

/**
 * Rewrites an ONNX file into one that onnxruntime-node can load and return the outputs of:
 * a ZipMap at an output becomes an Identity, which lets its tensor through; tensors of subgraphs, functions and
 * attributes that lie in weights files come inside, and locations get the spelling that the runtime looks for.
 *
 * Gives the new file in parts, which are views of `bytes` wherever nothing changed.
 */
export function rewriteModel(bytes: Uint8Array, graph: OnnxGraph, readWeights: ReadWeights): Uint8Array[] {
  const zipMaps = new Set(graph.outputs.filter(({ kind }) => kind === "zip_map").map(({ name }) => name));
  const moves = graph.externalData.some(mustMove);
  const edits = moves
    ? weightEdits(graph.file, readWeights)
    : { attribute: keep, initializer: keep, sparse: keep, function: keep };
  const editGraph = edit({
    1: (node) => editNode(node, zipMaps, edits.attribute),
    5: edits.initializer,
    12: (value) => editValueInfo(value, zipMaps),
    13: (value) => editValueInfo(value, zipMaps),
    15: edits.sparse,
  });
  return editFields(bytes, { 7: editGraph, 25: edits.function }) ?? [bytes];
}

const keep: FieldEdit = () => "keep";

function edit(edits: FieldEdits): FieldEdit {
  return (content) => editFields(content, edits) ?? "keep";
}

function editNode(bytes: Uint8Array, zipMaps: ReadonlySet<string>, attribute: FieldEdit): ReturnType<FieldEdit> {
  if (!isReplaced(readNodeProto(bytes), zipMaps))
    return attribute === keep ? "keep" : (editFields(bytes, { 5: attribute }) ?? "keep");
  // Identity has neither attributes nor a domain.
  const edits = { 4: dropField, 5: dropField, 7: dropField, 8: dropField };
  return editFields(bytes, edits, [encodeTextField(4, "Identity")]) ?? "keep";
}

function isReplaced(node: NodeProto, zipMaps: ReadonlySet<string>): boolean {
  return isZipMap(node) && node.outputs.some((output) => zipMaps.has(output));
}

/** ZipMap takes float32 only, and its tensor has the type that its output gets; the shape is for the runtime to infer. */
function editValueInfo(bytes: Uint8Array, zipMaps: ReadonlySet<string>): ReturnType<FieldEdit> {
  if (!zipMaps.has(readValueInfo(bytes).name)) return "keep";
  const tensorType = encodeMessageField(1, [encodeNumberField(1, FLOAT)]);
  return editFields(bytes, { 2: dropField }, encodeMessageField(2, tensorType)) ?? "keep";
}

interface WeightEdits {
  readonly attribute: FieldEdit;
  readonly initializer: FieldEdit;
  readonly sparse: FieldEdit;
  readonly function: FieldEdit;
}

function weightEdits(file: string, readWeights: ReadWeights): WeightEdits {
  const inline = editExternal(file, (data) => encodeMessageField(9, [readWeights(data)]));
  const sparse = edit({ 1: inline, 2: inline });
  const subgraph: FieldEdit = (content) => editFields(content, { 1: node, 5: inline, 15: sparse }) ?? "keep";
  const attribute = edit({ 5: inline, 6: subgraph, 10: inline, 11: subgraph, 22: sparse, 23: sparse });
  const node = edit({ 5: attribute });
  const initializer = editExternal(file, (data) => (data.canonical ? undefined : encodeLocation(data)));
  return { attribute, initializer, sparse, function: edit({ 7: node, 11: attribute }) };
}

/** Replaces what a tensor says about its weights file by other fields; undefined leaves it. */
function editExternal(file: string, replace: (data: ExternalData) => Uint8Array[] | undefined): FieldEdit {
  return (bytes) => {
    const tensor = readTensorProto(bytes);
    const replaced = tensor.external ? replace(readExternalData(tensor, file)) : undefined;
    if (replaced === undefined) return "keep";
    return editFields(bytes, { 9: dropField, 13: dropField, 14: dropField }, replaced) ?? "keep";
  };
}

function encodeLocation({ location, offset, length }: ExternalData): Uint8Array[] {
  const entries: [string, string][] = [
    ["location", location],
    ["offset", String(offset)],
  ];
  if (length !== undefined) entries.push(["length", String(length)]);
  const encoded = entries.flatMap(([key, value]) =>
    encodeMessageField(13, [encodeTextField(1, key), encodeTextField(2, value)]),
  );
  return [...encoded, encodeNumberField(14, 1)];
}
