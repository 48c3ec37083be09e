import type { Dimension } from "../inputs/model-input.js";
import { damagedModel, type TensorShapeProto } from "./model-json.js";

/** The type that a node's attribute names: `{ type: "DT_FLOAT" }`. */
export function attributeType(attribute: unknown): unknown {
  return isRecord(attribute) ? attribute.type : undefined;
}

/** The shape in an attribute, `{ shape: { dim: [{ size: "-1" }] } }`; undefined where even the rank is free. */
export function readShape(attribute: unknown, file: string): readonly Dimension[] | undefined {
  const shape = isRecord(attribute) ? attribute.shape : undefined;
  if (!isRecord(shape) || shape.unknownRank === true) return undefined;
  const { dim = [] }: TensorShapeProto = shape;
  if (!Array.isArray(dim)) throw damagedModel(file, "a shape in it is no list");
  return dim.map((entry: unknown) => readSize(isRecord(entry) ? entry.size : undefined, file));
}

/** A size is a number spelled as text, for it has 64 bits; one that is not there is 0, as in all of Protocol Buffers. */
function readSize(size: unknown, file: string): Dimension {
  const value = size === undefined ? 0 : Number(size);
  if (value === -1) return "";
  if (!Number.isSafeInteger(value) || value < 0) throw damagedModel(file, "a size in a shape is no whole number");
  return value;
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
