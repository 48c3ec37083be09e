import { describe, expect, it } from "vitest";
import { JsonFloat, parseJsonText } from "../../src/core/json.js";
import { formatPythonJson } from "../../src/format/python-json.js";

describe("formatPythonJson", () => {
  it.each([
    "null",
    "[]",
    "{}",
    '{"b": 1, "a": [true, false, null]}',
    '{"10": 1, "2": 2}',
    "[1, 1.0, -0.0, 0.1, 1e-05, 1e+16, 1.5e+300, 12345678901234567890]",
    '"\\u00e9 \\ud83d\\ude00 \\n \\\\ \\" /"',
  ])("writes %s as Python does", (text) => {
    expect(formatPythonJson(parseJsonText(text))).toBe(text);
  });

  it.each([
    [new JsonFloat(3), "3.0"],
    [Number.NaN, "null"],
    [1e20, "100000000000000000000"],
    [{ a: [1], b: {} }, '{"a": [1], "b": {}}'],
  ])("writes %j as %s", (value, text) => {
    expect(formatPythonJson(value)).toBe(text);
  });

  it("indents like json.dumps(indent=2)", () => {
    expect(formatPythonJson({ a: [1, { b: [] }] }, 2)).toBe('{\n  "a": [\n    1,\n    {\n      "b": []\n    }\n  ]\n}');
  });
});
