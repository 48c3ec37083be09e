import { quoteName } from "../../core/errors.js";
import type { TensorSpec } from "../../format/signature.js";
import { mismatch } from "./mismatch.js";

/** Throws `schema_mismatch` when a tensor's shape is not that of its signature. */
export function checkShape(spec: TensorSpec, shape: readonly number[]): void {
  if (spec.dtype === "object" && spec.shape.length === 1 && spec.shape[0] === -1) return;
  const fits = spec.shape.length === shape.length && spec.shape.every((size, i) => size === -1 || size === shape[i]);
  if (fits) return;
  const place = spec.name === undefined ? undefined : `tensor ${quoteName(spec.name)}`;
  throw mismatch(`expected shape ${formatShape(spec.shape)}, got [${shape.join(", ")}]`, place);
}

/** `[any, 3, 32, 32]` */
export function formatShape(shape: readonly number[]): string {
  return `[${shape.map((size) => (size === -1 ? "any" : size)).join(", ")}]`;
}
