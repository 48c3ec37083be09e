import type { Data } from "apache-arrow";
import type { TableBudget } from "../tables/budget.js";

const VIEW_BYTES = 16;
const INLINE_BYTES = 12;

/**
 * The bytes of each row of a view column: within the view where they are few, else in one of its buffers.
 *
 * Views may all point to the same bytes, so that a small stream can hold any number of long texts: they are paid for.
 */
export function readViews(data: Data, budget: TableBudget): Uint8Array[] {
  const values: unknown = data.values;
  if (!(values instanceof Uint8Array) || values.length < data.length * VIEW_BYTES)
    throw new RangeError("too few views");
  const view = new DataView(values.buffer, values.byteOffset, values.byteLength);
  return Array.from({ length: data.length }, (_, row) => {
    const at = row * VIEW_BYTES;
    const length = view.getInt32(at, true);
    budget.spend(length);
    budget.checkText(length);
    if (length <= INLINE_BYTES) return values.subarray(at + 4, at + 4 + length);
    const start = view.getInt32(at + 12, true);
    const buffer = data.variadicBuffers[view.getInt32(at + 8, true)];
    if (buffer === undefined || start < 0 || start + length > buffer.length)
      throw new RangeError("a view leaves its buffer");
    return buffer.subarray(start, start + length);
  });
}
