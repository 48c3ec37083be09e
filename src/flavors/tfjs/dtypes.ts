import type { DType } from "../../core/tensor.js";

/** The element types of TensorFlow.js that a batch can hold; complex64 is the one that it cannot. */
export type TfDType = "float32" | "int32" | "bool" | "string";

export interface TfType {
  /** What the model file calls it, by our name. */
  readonly declared: Exclude<DType, "binary" | "datetime" | "object">;
  /** What TensorFlow.js computes with in its place. */
  readonly held: TfDType;
}

const NAMED = {
  DT_FLOAT: { declared: "float32", held: "float32" },
  DT_DOUBLE: { declared: "float64", held: "float32" },
  DT_HALF: { declared: "float16", held: "float32" },
  DT_INT32: { declared: "int32", held: "int32" },
  DT_INT64: { declared: "int64", held: "int32" },
  DT_INT16: { declared: "int16", held: "int32" },
  DT_INT8: { declared: "int8", held: "int32" },
  DT_UINT8: { declared: "uint8", held: "int32" },
  DT_UINT16: { declared: "uint16", held: "int32" },
  DT_BOOL: { declared: "bool", held: "bool" },
  DT_STRING: { declared: "string", held: "string" },
} as const satisfies Record<string, TfType>;

/** The numbers of TensorFlow's types.proto, which some converters write in place of the names. */
const NUMBERED: ReadonlyMap<string, keyof typeof NAMED> = new Map([
  ["1", "DT_FLOAT"],
  ["2", "DT_DOUBLE"],
  ["3", "DT_INT32"],
  ["4", "DT_UINT8"],
  ["5", "DT_INT16"],
  ["6", "DT_INT8"],
  ["7", "DT_STRING"],
  ["9", "DT_INT64"],
  ["10", "DT_BOOL"],
  ["17", "DT_UINT16"],
  ["19", "DT_HALF"],
]);

const BY_NAME: ReadonlyMap<string, TfType> = new Map(Object.entries(NAMED));

/** undefined for a type that TensorFlow.js neither takes nor returns as one of ours. */
export function readTfType(type: unknown): TfType | undefined {
  const name = String(type);
  return BY_NAME.get(NUMBERED.get(name) ?? name);
}

/** The type of a Keras layer's input. */
export function readKerasType(type: unknown): TfType | undefined {
  const known: ReadonlyMap<unknown, string> = new Map([
    ["float32", "DT_FLOAT"],
    ["float16", "DT_HALF"],
    ["float64", "DT_DOUBLE"],
    ["int32", "DT_INT32"],
    ["int64", "DT_INT64"],
    ["uint8", "DT_UINT8"],
    ["bool", "DT_BOOL"],
    ["string", "DT_STRING"],
  ]);
  return readTfType(known.get(type));
}
