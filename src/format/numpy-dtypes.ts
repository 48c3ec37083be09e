import type { DType } from "../core/tensor.js";

/** numpy's name for each element type, as MLflow writes it in a `tensor-spec`. */
export const NUMPY_NAMES = {
  bool: "bool",
  int8: "int8",
  int16: "int16",
  int32: "int32",
  int64: "int64",
  uint8: "uint8",
  uint16: "uint16",
  uint32: "uint32",
  uint64: "uint64",
  float16: "float16",
  float32: "float32",
  float64: "float64",
  string: "str",
  binary: "bytes",
  datetime: "datetime64",
  object: "object",
} as const satisfies Record<DType, string>;

const BY_NUMPY_NAME: ReadonlyMap<string, DType> = new Map(
  Object.entries(NUMPY_NAMES).map(([dtype, name]) => [name, dtype as DType]),
);

/** The element type of a numpy dtype's name; undefined for one that no model can be served with. */
export function parseDType(name: string): DType | undefined {
  // numpy spells a unit or a width behind the kind: datetime64[ns], <U12, |S5.
  if (name.startsWith("datetime64")) return "datetime";
  if (/^[<>|=]?U\d*$/.test(name)) return "string";
  if (/^[<>|=]?S\d*$/.test(name)) return "binary";
  return BY_NUMPY_NAME.get(name);
}
