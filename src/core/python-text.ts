import { JsonFloat } from "./json.js";

/** What Python's `str()` makes of a scalar; undefined for lists, maps and bytes. */
export function pythonText(value: unknown): string | undefined {
  if (value instanceof JsonFloat) return pythonFloatText(value.value);
  switch (typeof value) {
    case "string":
      return value;
    case "number":
      return Number.isInteger(value) ? String(BigInt(value)) : pythonFloatText(value);
    case "bigint":
      return String(value);
    case "boolean":
      return value ? "True" : "False";
    default:
      return value === null ? "None" : undefined;
  }
}

/** What Python's `str()` makes of a float: the shortest digits that read back, `1.0`, `1e+16`, `1e-05`, `nan`, `inf`. */
export function pythonFloatText(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value < 0 ? "-inf" : "inf";
  const magnitude = Math.abs(value);
  if (magnitude >= 1e16 || (magnitude < 1e-4 && magnitude !== 0)) return withPythonExponent(value);
  if (!Number.isInteger(value)) return String(value);
  return Object.is(value, -0) ? "-0.0" : `${value}.0`;
}

function withPythonExponent(value: number): string {
  const [digits, exponent = "+0"] = value.toExponential().split("e");
  return `${digits}e${exponent.charAt(0)}${exponent.slice(1).padStart(2, "0")}`;
}
