import { elementCount } from "../../core/tensor.js";

/** Nested lists of `shape`, from the element at `start` on. */
export function nestedText(shape: readonly number[], text: (index: number) => string, start: number): string {
  const [length, ...inner] = shape;
  if (length === undefined) return text(start);
  const size = elementCount(inner);
  let list = "[";
  for (let i = 0; i < length; i++) {
    const at = start + i * size;
    list += (i === 0 ? "" : ",") + (inner.length === 0 ? text(at) : nestedText(inner, text, at));
  }
  return `${list}]`;
}
