import { JsonFloat, type JsonValue } from "../core/json.js";
import { pythonFloatText } from "../core/python-text.js";

/** What {@link formatPythonJson} writes: JSON values, and plain objects besides maps. */
export type PythonJsonValue =
  | JsonValue
  | readonly PythonJsonValue[]
  | ReadonlyMap<string, PythonJsonValue>
  | { readonly [key: string]: PythonJsonValue };

/**
 * Writes JSON as Python's `json.dumps` does: `", "` and `": "` between, ASCII only, floats by their shortest digits.
 *
 * `indent` is the number of spaces of a level; without it all stands on one line. NaN becomes null.
 */
export function formatPythonJson(value: PythonJsonValue, indent?: number): string {
  return formatValue(value, { indent, depth: 0 });
}

interface Place {
  readonly indent: number | undefined;
  readonly depth: number;
}

function formatValue(value: PythonJsonValue, place: Place): string {
  if (value === null || typeof value === "boolean" || typeof value === "bigint") return String(value);
  if (typeof value === "string") return formatString(value);
  if (typeof value === "number") return Number.isInteger(value) ? BigInt(value).toString() : formatFloat(value);
  if (value instanceof JsonFloat) return formatFloat(value.value);
  const inner = { ...place, depth: place.depth + 1 };
  if (isList(value))
    return join(
      "[]",
      value.map((item) => formatValue(item, inner)),
      place,
    );
  const entries = value instanceof Map ? [...value] : Object.entries(value);
  return join(
    "{}",
    entries.map(([key, item]) => `${formatString(key)}: ${formatValue(item, inner)}`),
    place,
  );
}

function isList(value: object): value is readonly PythonJsonValue[] {
  return Array.isArray(value);
}

function join(brackets: "[]" | "{}", items: readonly string[], { indent, depth }: Place): string {
  const [open, close] = [brackets[0], brackets[1]];
  if (indent === undefined || items.length === 0) return `${open}${items.join(", ")}${close}`;
  const margin = " ".repeat(indent * depth);
  const step = " ".repeat(indent);
  return `${open}\n${items.map((item) => `${margin}${step}${item}`).join(",\n")}\n${margin}${close}`;
}

function formatString(text: string): string {
  return JSON.stringify(text).replace(/[\u007f-\uffff]/g, (unit) => {
    // Python leaves DEL as it is.
    return unit === "\u007f" ? unit : `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}

function formatFloat(value: number): string {
  return Number.isFinite(value) ? pythonFloatText(value) : "null";
}
