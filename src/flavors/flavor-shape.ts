import type { Flavor } from "./flavor.js";

/** What an MLmodel file can have for the key of a block, and a command line for a word. */
const NAME = /^[A-Za-z][\w.-]{0,63}$/;

const METHODS = [
  "check",
  "checkCode",
  "checkSignature",
  "isolation",
  "describe",
] as const satisfies readonly (keyof Flavor)[];
const TEXTS = ["runtimePackage", "looksFor"] as const satisfies readonly (keyof Flavor)[];

/** What keeps a value from being a flavor, in words; undefined when nothing does. */
export function flavorFault(value: unknown): string | undefined {
  if (!isObject(value)) return "it is no object";
  const { name, config, load } = value;
  if (typeof name !== "string" || !NAME.test(name))
    return "its name is no word of letters, digits, _, - and ., up to 64 of them";
  if (typeof load !== "function") return "it has no function load";
  if (config !== undefined && !isSchema(config))
    return "its config is no schema with the Standard Schema interface (zod from 3.24 on, valibot, arktype)";
  const method = METHODS.find((key) => !isOptional(value[key], "function"));
  if (method !== undefined) return `its ${method} is no function`;
  const text = TEXTS.find((key) => !isOptional(value[key], "string"));
  return text === undefined ? undefined : `its ${text} is no text`;
}

/** Does a value look as if it was meant to be a flavor? */
export function isFlavorLike(value: unknown): value is Readonly<Record<string, unknown>> {
  return isObject(value) && "name" in value && "load" in value;
}

function isOptional(value: unknown, type: "function" | "string"): boolean {
  const kind = typeof value;
  return kind === "undefined" || kind === type;
}

function isSchema(config: unknown): boolean {
  // Some libraries' schemas are functions.
  if (typeof config !== "function" && !isObject(config)) return false;
  const standard = Reflect.get(config as object, "~standard");
  return isObject(standard) && typeof standard.validate === "function";
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
