import { describe, expect, it } from "vitest";
import { findAnswerDifference } from "../../../cli/replay/compare-answers.js";
import { parseJsonText } from "../../../src/core/json.js";

const compare = (expected: string, got: string) => findAnswerDifference(parseJsonText(expected), parseJsonText(got));

describe("findAnswerDifference", () => {
  it.each([
    { name: "the same text", expected: '{"a": [1, "x", null, true]}', got: '{"a":[1,"x",null,true]}' },
    { name: "another order of keys", expected: '{"a": 1, "b": 2}', got: '{"b": 2, "a": 1}' },
    { name: "another rounding", expected: "[0.9816568493843079, 1.8e-8]", got: "[0.98165685, 2e-8]" },
    { name: "a float that is whole", expected: "1.0", got: "1" },
    { name: "a large integer", expected: "9007199254740993", got: "9007199254740993" },
    { name: "another word for no value", expected: '[null, "NaN"]', got: '["Infinity", null]' },
  ])("takes $name for the same", ({ expected, got }) => {
    expect(compare(expected, got)).toBeUndefined();
  });

  it.each([
    { name: "a number", expected: '{"a": [1.5, 2.5]}', got: '{"a": [1.5, 2.6]}', path: "$.a[1]", told: ["2.5", "2.6"] },
    {
      name: "the last digit of an integer",
      expected: "9007199254740993",
      got: "9007199254740992",
      path: "$",
      told: ["9007199254740993", "9007199254740992"],
    },
    { name: "a text for a number", expected: "1", got: '"1"', path: "$", told: ["1", '"1"'] },
    { name: "a value for none", expected: "null", got: "0", path: "$", told: ["null", "0"] },
    { name: "a missing key", expected: '{"a": 1}', got: "{}", path: "$.a", told: ["1", "nothing"] },
    { name: "a further key", expected: "{}", got: '{"b": 2}', path: "$.b", told: ["nothing", "2"] },
    { name: "another length", expected: "[1]", got: "[1, 2]", path: "$", told: ["1 items", "2 items"] },
    { name: "a list for an object", expected: "{}", got: "[]", path: "$", told: ["{}", "[]"] },
  ])("tells where it found $name", ({ expected, got, path, told }) => {
    expect(compare(expected, got)).toEqual({ path, expected: told[0], got: told[1] });
  });

  it("shows no more of a value than fits into a line", () => {
    const difference = compare(JSON.stringify("x".repeat(1000)), "1");
    expect(difference?.expected).toHaveLength(60);
  });
});
