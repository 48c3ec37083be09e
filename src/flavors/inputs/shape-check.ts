import { MlserveError } from "../../core/errors.js";
import type { Dimension } from "./model-input.js";

/** Throws `model_rejected_input` when a tensor's shape is not one that the graph says it takes. */
export type ShapeCheck = (shape: readonly number[]) => void;

/** `shape` is what the graph says; undefined where it leaves even the rank free. */
export function compileShapeCheck(shape: readonly Dimension[] | undefined, where: string): ShapeCheck {
  if (shape === undefined) return () => {};
  const rank = shape.length;
  const fixed = shape.flatMap((size, axis) => (typeof size === "number" ? [{ axis, size }] : []));
  const refuse = (given: readonly number[]): MlserveError =>
    new MlserveError("model_rejected_input", `expected the shape ${spellShape(shape)}, got ${spellShape(given)}`, {
      where,
    });
  return (given) => {
    if (given.length !== rank) throw refuse(given);
    for (const { axis, size } of fixed) if (given[axis] !== size) throw refuse(given);
  };
}

/** `[N, 4]`: a free dimension by its name when it has a plain one, else N for the first and ? for others. */
function spellShape(shape: readonly Dimension[]): string {
  return `[${shape.map(spellDimension).join(", ")}]`;
}

function spellDimension(size: Dimension, axis: number): string {
  if (typeof size === "number") return String(size);
  if (/^[A-Za-z]\w{0,30}$/.test(size)) return size;
  return axis === 0 ? "N" : "?";
}
