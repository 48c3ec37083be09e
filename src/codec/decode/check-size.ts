import type { Batch } from "../../core/batch.js";
import { beyondLimit, countElements, type DecodeLimits } from "../../core/decode-limits.js";

/** Throws `body_too_large` for more rows, or more elements of a tensor, than there may be, whatever the body's format. */
export function checkSize(batch: Batch, limits: DecodeLimits): void {
  if (batch.kind === "columns" && batch.rows > limits.maxRows) throw beyondLimit(limits, "maxRows");
  if (batch.kind === "tensors") for (const { shape } of batch.tensors.values()) countElements(shape, limits);
}
