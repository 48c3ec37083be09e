import { JsonFloat, type JsonValue } from "../../src/core/json.js";
import { formatPythonJson } from "../../src/format/python-json.js";

/** What other processors, runtimes and ways of adding up may change in a number that is no integer. */
const RELATIVE = 1e-4;
const ABSOLUTE = 1e-6;

/** Ways of writing that there is no finite value. */
const NO_VALUES: readonly JsonValue[] = [null, "NaN", "Infinity", "-Infinity", "NaT"];

/** Where two answers first differ, such as `$.predictions[0].price`, and what stands there. */
export interface AnswerDifference {
  readonly path: string;
  readonly expected: string;
  readonly got: string;
}

/** Compares JSON values: integers digit by digit, other numbers within what another machine may change. */
export function findAnswerDifference(expected: JsonValue, got: JsonValue, path = "$"): AnswerDifference | undefined {
  if (Array.isArray(expected) && Array.isArray(got)) return compareLists(expected, got, path);
  if (expected instanceof Map && got instanceof Map) return compareObjects(expected, got, path);
  return isSame(expected, got) ? undefined : { path, expected: show(expected), got: show(got) };
}

function compareLists(
  expected: readonly JsonValue[],
  got: readonly JsonValue[],
  path: string,
): AnswerDifference | undefined {
  if (expected.length !== got.length) return { path, expected: `${expected.length} items`, got: `${got.length} items` };
  for (const [i, item] of expected.entries()) {
    const difference = findAnswerDifference(item, got[i] ?? null, `${path}[${i}]`);
    if (difference !== undefined) return difference;
  }
  return undefined;
}

function compareObjects(
  expected: ReadonlyMap<string, JsonValue>,
  got: ReadonlyMap<string, JsonValue>,
  path: string,
): AnswerDifference | undefined {
  for (const [key, item] of expected) {
    const below = `${path}.${key}`;
    if (!got.has(key)) return { path: below, expected: show(item), got: "nothing" };
    const difference = findAnswerDifference(item, got.get(key) ?? null, below);
    if (difference !== undefined) return difference;
  }
  const extra = [...got].find(([key]) => !expected.has(key));
  return extra && { path: `${path}.${extra[0]}`, expected: "nothing", got: show(extra[1]) };
}

function isSame(expected: JsonValue, got: JsonValue): boolean {
  if (NO_VALUES.includes(expected) && NO_VALUES.includes(got)) return true;
  if (!isNumber(expected) || !isNumber(got)) return expected === got;
  if (isInteger(expected) && isInteger(got)) return BigInt(expected) === BigInt(got);
  const [was, is] = [toNumber(expected), toNumber(got)];
  return Math.abs(is - was) <= ABSOLUTE + RELATIVE * Math.abs(was);
}

type JsonNumber = JsonFloat | number | bigint;

function isNumber(value: JsonValue): value is JsonNumber {
  return value instanceof JsonFloat || typeof value === "number" || typeof value === "bigint";
}

/** Written without a point or an exponent. */
function isInteger(value: JsonNumber): value is number | bigint {
  return typeof value === "bigint" || Number.isInteger(value);
}

function toNumber(value: JsonNumber): number {
  return value instanceof JsonFloat ? value.value : Number(value);
}

/** Short enough to stand in a line. */
function show(value: JsonValue): string {
  const text = formatPythonJson(value);
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}
