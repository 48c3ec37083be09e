import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { JsonFloat, type JsonValue, parseJson } from "../../src/core/json.js";

const FIXTURES = join(import.meta.dirname, "../fixtures");

/** One request of MLflow's own scoring server and what it answered; see tests/fixtures/README.md. */
export interface GoldenCase {
  readonly id: string;
  readonly model: string;
  readonly kind: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | null;
  readonly body_base64?: string | null;
  readonly expect: GoldenAnswer;
  readonly expect_alt?: GoldenAnswer;
  readonly quirk?: boolean;
  /** What MLflow does wrong there. */
  readonly quirk_reason?: string;
}

export interface GoldenAnswer {
  readonly status: number;
  readonly json?: unknown;
  readonly bigint?: readonly string[];
}

export interface Answer {
  readonly status: number;
  readonly mediaType: string | null;
  readonly text: string;
}

export function modelPath(model: string): string {
  return join(FIXTURES, "models", model);
}

export function goldenModels(): string[] {
  return readdirSync(join(FIXTURES, "golden"))
    .map((file) => file.replace(/\.jsonl$/, ""))
    .sort();
}

export function goldenCases(model: string): GoldenCase[] {
  const text = readFileSync(join(FIXTURES, "golden", `${model}.jsonl`), "utf8");
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line): GoldenCase => JSON.parse(line));
}

/** Cases in which MLflow is not at fault itself, and whose body is neither CSV nor Parquet. */
export function isStrictJsonCase(golden: GoldenCase): boolean {
  const type = golden.headers["content-type"] ?? "";
  return golden.quirk !== true && !type.startsWith("text/csv") && !type.includes("parquet");
}

/** Cases in which MLflow is not at fault itself, and whose body is CSV or Parquet. */
export function isStrictTableCase(golden: GoldenCase): boolean {
  return golden.quirk !== true && !isStrictJsonCase(golden);
}

export function bodyOf({ body, body_base64: base64 }: GoldenCase): Uint8Array | undefined {
  if (base64 !== undefined && base64 !== null) return Buffer.from(base64, "base64");
  return body === undefined || body === null ? undefined : Buffer.from(body, "utf8");
}

export interface Tolerance {
  readonly absolute: number;
  readonly relative: number;
}

/** What another runtime may add up in another order. */
const ROUNDING: Tolerance = { absolute: 1e-5, relative: 1e-4 };

/** For answers that hold what was sent, or what needs no arithmetic. */
export const EXACT: Tolerance = { absolute: 0, relative: 0 };

/** Why an answer is neither of the recorded ones; undefined when it is. */
export function findDifference(
  golden: GoldenCase,
  answer: Answer,
  tolerance: Tolerance = ROUNDING,
): string | undefined {
  const difference = compareAnswer(golden.expect, answer, golden, tolerance);
  if (difference === undefined || golden.expect_alt === undefined) return difference;
  return compareAnswer(golden.expect_alt, answer, golden, tolerance) === undefined ? undefined : difference;
}

function compareAnswer(
  expected: GoldenAnswer,
  answer: Answer,
  golden: GoldenCase,
  tolerance: Tolerance,
): string | undefined {
  if (answer.status !== expected.status)
    return `expected status ${expected.status}, got ${answer.status}: ${answer.text}`;
  if (golden.method === "HEAD") return undefined;
  if (expected.status >= 400) return compareProblem(expected.json, answer);
  if (golden.path !== "/invocations" || expected.json === undefined) return undefined;
  if (answer.mediaType !== "application/json") return `expected application/json, got ${answer.mediaType}`;
  const lost = expected.bigint?.find((digits) => !new RegExp(`(?<![\\d.])${digits}(?![\\d.eE])`).test(answer.text));
  return lost === undefined
    ? compareValues(expected.json, JSON.parse(answer.text), "$", tolerance)
    : `the integer ${lost} lost digits`;
}

function compareProblem(expected: unknown, answer: Answer): string | undefined {
  const { error_code: code, message } = JSON.parse(answer.text);
  if (typeof code !== "string" || typeof message !== "string")
    return `expected error_code and message, got ${answer.text}`;
  const recorded =
    typeof expected === "object" && expected !== null && "error_code" in expected ? expected.error_code : code;
  return recorded === code ? undefined : `expected error_code ${String(recorded)}, got ${code}: ${message}`;
}

/** The answer in `safe` mode to what MLflow would damage: see COERCION_DIFFERENCES. */
export const REFUSED_DAMAGE = {
  status: 400,
  text: expect.stringMatching(
    /would become|would be cut off|not within -?\d+ to|in the longest row|beyond the range|stands twice in its object|expected binary/,
  ),
};

/** Ways of writing that there is no finite value. */
const NO_VALUES: ReadonlySet<unknown> = new Set([null, "NaN", "Infinity", "-Infinity", "NaT"]);

function compareValues(expected: unknown, actual: unknown, path: string, tolerance: Tolerance): string | undefined {
  if (expected === actual || (NO_VALUES.has(expected) && NO_VALUES.has(actual))) return undefined;
  if (typeof expected === "number" && typeof actual === "number") {
    return Math.abs(expected - actual) <= tolerance.absolute + tolerance.relative * Math.abs(expected)
      ? undefined
      : `${path}: expected ${expected}, got ${actual}`;
  }
  if (typeof expected !== "object" || typeof actual !== "object" || expected === null || actual === null) {
    return `${path}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual)}`;
  }
  const keys = Object.keys(expected).sort();
  if (Array.isArray(expected) !== Array.isArray(actual) || keys.join() !== Object.keys(actual).sort().join()) {
    return `${path}: expected the keys ${keys.join()}, got ${Object.keys(actual).join()}`;
  }
  const of = (value: object, key: string): unknown => Reflect.get(value, key);
  return keys
    .map((key) => compareValues(of(expected, key), of(actual, key), `${path}.${key}`, tolerance))
    .find((found) => found !== undefined);
}

/** What a request holds, as text: names of columns and keys are not values, and what is short stands anywhere. */
export function valuesOf(golden: GoldenCase): string[] {
  try {
    return leavesOf(parseJson(bodyOf(golden) ?? new Uint8Array(), { nonFinite: true }));
  } catch {
    // What is no JSON has no values to find: all of it counts.
    return (golden.body ?? "").split(/\s+/).filter((word) => word.length >= MIN_TELLING_LENGTH);
  }
}

const MIN_TELLING_LENGTH = 4;

function leavesOf(value: JsonValue): string[] {
  if (Array.isArray(value)) return value.flatMap(leavesOf);
  if (value instanceof Map) return [...value].flatMap(([key, item]) => (key === "columns" ? [] : leavesOf(item)));
  const text = value instanceof JsonFloat ? String(value.value) : String(value);
  return typeof value === "boolean" || value === null || text.length < MIN_TELLING_LENGTH ? [] : [text];
}
