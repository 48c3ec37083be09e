import assert from "node:assert/strict";

/** Are two JSON values the same, numbers to a millionth of themselves? `path` is where they stand. */
export function assertNear(actual: unknown, expected: unknown, path: string): void {
  if (typeof expected === "number" && typeof actual === "number") {
    const near = Math.abs(actual - expected) <= 1e-6 * Math.max(1, Math.abs(expected));
    assert.ok(near, `${path}: expected ${expected}, got ${actual}`);
  } else if (isContainer(expected) && isContainer(actual)) {
    assert.equal(Array.isArray(actual), Array.isArray(expected), `${path}: expected a list where there is one`);
    assert.deepEqual(Object.keys(actual).sort(), Object.keys(expected).sort(), path);
    for (const [key, value] of Object.entries(expected)) assertNear(actual[key], value, `${path}.${key}`);
  } else assert.deepEqual(actual, expected, path);
}

function isContainer(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
