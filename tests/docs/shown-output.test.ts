import { expect, it } from "vitest";
import { differenceOf } from "./shown-output.js";

it.each([
  ["text", "one line", "one line\n", true],
  ["text", "one line", "one line\nand another", false],
  ["text", "in 12 ms", "in 13 ms", false],
  ["text", "in … ms", "in 13.5 ms", true],
  ["text", "a (b) [c] … d", "a (b) [c] and\n d", false],
  ["text", "a\n…\nd", "a\nb\nc\nd", true],
  ["text", "a\n…\nd", "a\nd", true],
  ["text", "a\n…\nd", "a\nb\nc", false],
  ["text", "a\n…", "a\nb\nc", true],
  ["text", "…\nc", "a\nb\nc", true],
  ["json", '{"a": [1, 0.123456]}', '{"a":[1,0.1234561]}', true],
  ["json", '{"a": [1, 0.123456]}', '{"a":[1,0.1244]}', false],
  ["json", '{"a": 1}', '{"a":1.0001}', false],
  ["json", '{"a": 1}', '{"a":1,"b":2}', false],
  ["json", '{"a": {"b": null}}', '{"a":{"b":0}}', false],
  ["json", '{"id": "…", "at": "port …"}', '{"id":"x","at":"port 8080"}', true],
  ["json", '{"id": "a…"}', '{"id":"b"}', false],
  ["json", "{}", "no JSON", false],
])("of %s, %j is shown for %j: %s", (language, shown, printed, agrees) => {
  expect(differenceOf({ language, text: shown }, printed) === undefined).toBe(agrees);
});
