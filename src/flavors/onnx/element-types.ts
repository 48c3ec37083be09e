import type { FedDType } from "../inputs/model-input.js";

/** The element types that go in and out of onnxruntime-node; it calls them as we do. */
export type OnnxDType = FedDType;

/** Element types by their number in an ONNX file (`TensorProto.DataType`). */
const DTYPES: Readonly<Record<number, OnnxDType>> = {
  1: "float32",
  2: "uint8",
  3: "int8",
  4: "uint16",
  5: "int16",
  6: "int32",
  7: "int64",
  8: "string",
  9: "bool",
  10: "float16",
  11: "float64",
  12: "uint32",
  13: "uint64",
};

/** Those that ONNX has and onnxruntime-node lacks, by the names that ONNX gives them. */
const REFUSED: Readonly<Record<number, string>> = {
  14: "complex64",
  15: "complex128",
  16: "bfloat16",
  17: "float8e4m3fn",
  18: "float8e4m3fnuz",
  19: "float8e5m2",
  20: "float8e5m2fnuz",
  21: "uint4",
  22: "int4",
  23: "float4e2m1",
  24: "float8e8m0",
  25: "uint2",
  26: "int2",
};

/** The number of float32 in an ONNX file. */
export const FLOAT = 1;

/** undefined for a type that onnxruntime-node neither takes nor returns. */
export function onnxDType(elementType: number): OnnxDType | undefined {
  return DTYPES[elementType];
}

/** What ONNX calls an element type. */
export function elementTypeName(elementType: number): string {
  return DTYPES[elementType] ?? REFUSED[elementType] ?? `number ${elementType}`;
}
