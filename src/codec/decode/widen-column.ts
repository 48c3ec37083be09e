import { fromFloat16Bits } from "../../core/float16.js";
import type { Column, DType } from "../../core/tensor.js";

/** The same numbers in a wider type. A column of anything but numbers, or for any other type, stays as it is. */
export function widenColumn(column: Column, dtype: DType): Column {
  if (column.dtype === "string" || column.dtype === "binary" || column.dtype === "object") return column;
  const { data } = column;
  const numbers: ArrayLike<number | bigint> = column.dtype === "float16" ? Float32Array.from(data, fromBits) : data;
  switch (dtype) {
    case "int32":
      return { dtype, data: Int32Array.from(numbers, Number) };
    case "int64":
      return { dtype, data: BigInt64Array.from(numbers, BigInt) };
    case "float32":
      return { dtype, data: Float32Array.from(numbers, Number) };
    case "float64":
      return { dtype, data: Float64Array.from(numbers, Number) };
    default:
      return column;
  }
}

function fromBits(bits: number | bigint): number {
  return fromFloat16Bits(Number(bits));
}
