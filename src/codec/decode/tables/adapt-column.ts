import { type Column, NOT_A_TIME } from "../../../core/tensor.js";
import type { ScalarType } from "../../../format/signature.js";

/**
 * The column as another type where it holds just that in other words, as files have it: nothing at all for `double` and
 * `datetime`, booleans with missing ones for `double`, texts that are stored as bytes for `string`. Any other column
 * stays as it is.
 */
export function adaptColumn(column: Column, type: ScalarType): Column {
  if (column.dtype === "binary" && type === "string") return decodeTexts(column, column.data);
  if (column.dtype !== "object") return column;
  const { data } = column;
  if (type === "double" && data.every(isBooleanOrNull))
    return { dtype: "float64", data: Float64Array.from(data, toNumber) };
  if (type === "datetime" && data.every(isNull))
    return { dtype: "datetime", data: new BigInt64Array(data.length).fill(NOT_A_TIME) };
  return type === "string" && data.some(isBytes) ? decodeTexts(column, data) : column;
}

function isNull(value: unknown): value is null {
  return value === null;
}

function isBooleanOrNull(value: unknown): boolean {
  return typeof value === "boolean" || isNull(value);
}

function toNumber(value: unknown): number {
  return isNull(value) ? Number.NaN : Number(value);
}

function isBytes(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array;
}

/** Bytes that are no UTF-8 are no texts, and the column stays what it is. */
function decodeTexts(column: Column, data: readonly unknown[]): Column {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  try {
    const texts = data.map((value) => (isBytes(value) ? decoder.decode(value) : null));
    return texts.includes(null)
      ? { dtype: "object", data: texts }
      : { dtype: "string", data: texts.filter((text) => text !== null) };
  } catch {
    return column;
  }
}
