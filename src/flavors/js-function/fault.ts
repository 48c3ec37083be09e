import { MlserveError, quoteName } from "../../core/errors.js";

/** What is wrong with a value that a function gave, and the keys that lead to it. */
export interface Fault {
  readonly reason: string;
  readonly path: readonly (string | number)[];
}

export const faultOf = (reason: string): Fault => ({ reason, path: [] });

/** The same fault, seen from the value around it. */
export function within(key: string | number, { reason, path }: Fault): Fault {
  return { reason, path: [key, ...path] };
}

/** The fault as an error that names the place: `answer[2]["score"]`. */
export function toModelFailure({ reason, path }: Fault, root = "the function's answer"): MlserveError {
  const keys = path.map((key) => (typeof key === "number" ? `[${key}]` : `[${quoteName(key)}]`));
  return new MlserveError("model_failed", reason, { where: root + keys.join("") });
}

/** What a value is, in words without the value. */
export function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return tagOf(value) === "Object" ? "an object" : withArticle(tagOf(value));
  return typeof value === "undefined" ? "undefined" : `a ${typeof value}`;
}

function withArticle(name: string): string {
  return `${/^[AEIO]/.test(name) ? "an" : "a"} ${name}`;
}

/** `Object`, `Map`, `Date`, `Float32Array`, … */
export function tagOf(value: object): string {
  return Object.prototype.toString.call(value).slice("[object ".length, -1);
}

/** An object that is used as a map from names to values. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && tagOf(value) === "Object";
}
