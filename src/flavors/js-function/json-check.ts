import { type Fault, faultOf, kindOf, tagOf, within } from "./fault.js";

/** As deep as an answer may be, which is as deep as a request. */
const MAX_DEPTH = 64;

/** What of a value JSON cannot say: undefined, functions, symbols, circles, promises that nobody awaited. */
export function findUnsayable(value: unknown): Fault | undefined {
  return find(value, new Set());
}

function find(value: unknown, around: Set<object>): Fault | undefined {
  switch (typeof value) {
    case "string":
    case "number":
    case "boolean":
    case "bigint":
      return undefined;
    case "object":
      return value === null ? undefined : findInObject(value, around);
    default:
      return unsayable(value);
  }
}

function findInObject(value: object, around: Set<object>): Fault | undefined {
  if (around.has(value)) return faultOf("it holds itself, which JSON cannot say");
  if (around.size >= MAX_DEPTH) return faultOf(`it is nested deeper than ${MAX_DEPTH} levels`);
  around.add(value);
  const fault = findInside(value, around);
  around.delete(value);
  return fault;
}

function findInside(value: object, around: Set<object>): Fault | undefined {
  if (Array.isArray(value)) return firstFault(value.entries(), around);
  if (value instanceof Map) return findInMap(value, around);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? faultOf("it is no valid date") : undefined;
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) return undefined;
  return tagOf(value) === "Object" ? firstFault(Object.entries(value), around) : unsayable(value);
}

function findInMap(value: ReadonlyMap<unknown, unknown>, around: Set<object>): Fault | undefined {
  for (const [key, item] of value) {
    if (typeof key !== "string" && typeof key !== "number")
      return faultOf(`it is a Map with ${kindOf(key)} for a key: expected strings`);
    const fault = find(item, around);
    if (fault !== undefined) return within(key, fault);
  }
  return undefined;
}

function firstFault(entries: Iterable<readonly [string | number, unknown]>, around: Set<object>): Fault | undefined {
  for (const [key, item] of entries) {
    const fault = find(item, around);
    if (fault !== undefined) return within(key, fault);
  }
  return undefined;
}

function unsayable(value: unknown): Fault {
  const kind = kindOf(value);
  const advice = ADVICE[kind];
  return faultOf(`it is ${kind}, which JSON cannot say${advice === undefined ? "" : `: ${advice}`}`);
}

const ADVICE: Readonly<Record<string, string>> = {
  "a Promise": "await it",
  "a Set": "make it a list",
  "a Generator": "make it a list, or the function an async generator, whose items are streamed",
  "an ArrayBuffer": "make it a Uint8Array",
  undefined: "null stands for a missing value",
};
