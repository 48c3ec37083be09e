import { closeSync, openSync, writeSync } from "node:fs";
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";

const FLOAT = 1;
const OPSET = 17;

/**
 * A part of a file as pieces in order, so that weights are written from where they are.
 *
 * @typedef {readonly Uint8Array[]} Pieces
 *
 * @typedef {object} Node
 * @property {string} op
 * @property {readonly string[]} inputs
 * @property {readonly string[]} outputs
 * @property {Readonly<Record<string, number | readonly number[]>>} [attributes] integers and lists of them
 *
 * @typedef {object} Weights
 * @property {string} name
 * @property {readonly number[]} shape
 * @property {Float32Array} [values]
 * @property {{ location: string, offset: number, length: number }} [external] where they lie in a file beside the model
 *
 * @typedef {object} Value
 * @property {string} name
 * @property {readonly (number | string)[]} shape the name of a dimension that may have any length
 *
 * @typedef {object} Graph
 * @property {string} name
 * @property {readonly Node[]} nodes
 * @property {readonly Weights[]} weights
 * @property {readonly Value[]} inputs of float32, as all values
 * @property {readonly Value[]} outputs
 */

/** Writes an ONNX model (onnx.proto3, IR version 8). @param {string} path @param {Graph} graph */
export function writeOnnx(path, { name, nodes, weights, inputs, outputs }) {
  const pieces = [
    ...nodes.flatMap((each) => message(1, node(each))),
    text(2, name),
    ...weights.flatMap((each) => message(5, tensor(each))),
    ...inputs.flatMap((each) => message(11, valueInfo(each))),
    ...outputs.flatMap((each) => message(12, valueInfo(each))),
  ];
  const file = openSync(path, "w");
  for (const piece of [integer(1, 8), ...message(7, pieces), ...message(8, [integer(2, OPSET)])])
    writeSync(file, piece);
  closeSync(file);
}

/** @param {Node} node @returns {Pieces} */
function node({ op, inputs, outputs, attributes = {} }) {
  return [
    ...inputs.map((each) => text(1, each)),
    ...outputs.map((each) => text(2, each)),
    text(4, op),
    ...Object.entries(attributes).flatMap(([key, value]) => message(5, attribute(key, value))),
  ];
}

/** @param {string} key @param {number | readonly number[]} value @returns {Pieces} */
function attribute(key, value) {
  if (typeof value === "number") return [text(1, key), integer(3, value), integer(20, 2)];
  return [text(1, key), ...value.map((each) => integer(8, each)), integer(20, 7)];
}

/** @param {Weights} weights @returns {Pieces} */
function tensor({ name, shape, values, external }) {
  const head = [...shape.map((length) => integer(1, length)), integer(2, FLOAT), text(8, name)];
  if (values !== undefined)
    return [...head, ...message(9, [new Uint8Array(values.buffer, values.byteOffset, values.byteLength)])];
  const entries = Object.entries(external ?? {});
  return [
    ...head,
    ...entries.flatMap(([key, value]) => message(13, [text(1, key), text(2, `${value}`)])),
    integer(14, 1),
  ];
}

/** @param {Value} value @returns {Pieces} */
function valueInfo({ name, shape }) {
  const dimensions = shape.flatMap((each) => message(1, [typeof each === "number" ? integer(1, each) : text(2, each)]));
  return [text(1, name), ...message(2, message(1, [integer(1, FLOAT), ...message(2, dimensions)]))];
}

/** @param {number} no @param {Pieces} content @returns {Pieces} */
function message(no, content) {
  const length = content.reduce((total, piece) => total + piece.length, 0);
  return [new BinaryWriter().tag(no, WireType.LengthDelimited).uint32(length).finish(), ...content];
}

/** @param {number} no @param {string} value */
const text = (no, value) => new BinaryWriter().tag(no, WireType.LengthDelimited).string(value).finish();
/** @param {number} no @param {number} value */
const integer = (no, value) => new BinaryWriter().tag(no, WireType.Varint).int64(value).finish();
