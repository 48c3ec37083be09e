import { Data, DataType } from "apache-arrow";
import { packBits } from "../../encode/arrow/arrow-layout.js";

/**
 * Part of a column, laid out as if it had been read so: apache-arrow's own slice leaves bits where they are, and counts
 * them from an offset.
 */
export function sliceData(data: Data, start: number, end: number): Data {
  return start === 0 && end === data.length ? data : rebase(data.slice(start, end - start));
}

function rebase(data: Data): Data {
  const { offset, length, valueOffsets, nullBitmap, typeIds } = data;
  if (offset === 0) return data;
  const values = DataType.isBool(data.type) ? shiftBits(data.values, offset, length) : data.values;
  const bitmap = shiftBits(nullBitmap, offset, length);
  // What offsets point into is left as it is.
  const children = valueOffsets === undefined ? data.children.map(rebase) : data.children;
  const buffers = [valueOffsets, values, bitmap, typeIds] as never;
  return new Data(data.type, 0, length, -1, buffers, children, data.dictionary, data.variadicBuffers);
}

function shiftBits(bits: unknown, offset: number, length: number): Uint8Array | undefined {
  if (!(bits instanceof Uint8Array) || bits.length === 0) return undefined;
  return packBits(length, (i) => (((bits[(offset + i) >> 3] ?? 0) >> ((offset + i) & 7)) & 1) === 1);
}
