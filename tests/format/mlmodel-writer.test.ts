import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { readYaml } from "../../src/core/yaml-reader.js";
import { editMlmodel, stringifyMlmodel } from "../../src/format/mlmodel-writer.js";
import { goldenModels, modelPath } from "../support/golden.js";

const read = (model: string): string => readFileSync(`${modelPath(model)}/MLmodel`, "utf8");

/** As Python reads it: YAML 1.1. */
const readAsPython = (text: string): unknown => parse(text, { version: "1.1", merge: false });

describe("stringifyMlmodel", () => {
  it("writes as MLflow does: sorted, in blocks, lists not indented", () => {
    expect(stringifyMlmodel({ b: [[1, { x: null }], "z"], a: { d: true, c: "3.17.2" }, e: [], f: {} })).toBe(
      "a:\n  c: 3.17.2\n  d: true\nb:\n- - 1\n  - x: null\n- z\ne: []\nf: {}\n",
    );
  });

  it.each(goldenModels())("writes what was read from %s so that it reads the same", (model) => {
    const raw = readYaml(read(model));
    const written = stringifyMlmodel(raw);
    expect(readYaml(written)).toEqual(raw);
    expect(readAsPython(written)).toEqual(raw);
    expect(written).toMatch(/^[ -~\n]*$/);
  });

  it.each([
    "yes",
    "No",
    "on",
    "y",
    "null",
    "~",
    "",
    " ",
    "1",
    "012",
    "0o7",
    "0x1f",
    "1_000",
    "1e3",
    "1.0e-7",
    ".5",
    "+1",
    ".inf",
    ".NaN",
    "1:30",
    "2021-01-01",
    "2021-01-01 00:00:00",
    "=",
    "<<",
    "!x",
    "&a",
    "*a",
    "- a",
    "? a",
    "a: b",
    "# a",
    "[a]",
    "{a}",
    "@a",
    "`a",
    "%a",
    "|",
    ">",
    "it's",
    '"',
    "\\",
    "\\xE9",
    "a\nb",
    "a\n",
    "\ta",
    "a ",
    "é",
    "\u{1f600}",
    "\u0007",
    "\u0085",
    "\u2028",
    "\ufeff",
    "503e1234",
    "a".repeat(300),
    "word ".repeat(60),
  ])("writes the string %j so that every reader takes it for one", (value) => {
    const written = stringifyMlmodel({ value, [value]: 1 });
    expect(readYaml(written)).toEqual({ value, [value]: 1 });
    expect(readAsPython(written)).toEqual({ value, [value]: 1 });
    expect(written).toMatch(/^[ -~\n]*$/);
  });

  it.each([0, -1, 0.5, 1e-7, -1.5e-9, 1e21, 1.7976931348623157e308, 5e-324, 2 ** 53])(
    "writes the number %d so that Python reads a number",
    (value) => {
      const written = stringifyMlmodel({ value });
      expect(readAsPython(written)).toEqual({ value });
      // PyYAML wants a point before an exponent.
      expect(written).not.toMatch(/: -?\d+e/);
    },
  );

  it("writes any mapping so that it reads the same", () => {
    const key = fc.string({ unit: "grapheme" }).filter((name) => name !== "__proto__");
    const leaf = fc.oneof(fc.string({ unit: "grapheme" }), fc.integer(), fc.boolean(), fc.constant(null));
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { depthSize: "small" },
        leaf,
        fc.array(tie("tree")),
        fc.dictionary(key, tie("tree"), { noNullPrototype: true }),
      ),
    }));
    fc.assert(
      fc.property(fc.dictionary(key, tree, { noNullPrototype: true }), (mapping) => {
        expect(readYaml(stringifyMlmodel(mapping))).toEqual(mapping);
      }),
      { numRuns: 100 },
    );
  });
});

describe("editMlmodel", () => {
  it("changes what it is told to and leaves the rest as it is written", () => {
    const text = "# mine\nb: 0x1f   # why\na: 1.0e-07\nwhen: 2021-01-01\nok: yes\nmetadata: {x: 1}\n";
    expect(editMlmodel(text, [[["metadata", "mlserve"], { name: "yes" }]])).toBe(
      "# mine\nb: 0x1f # why\na: 1.0e-07\nwhen: 2021-01-01\nok: yes\nmetadata: { x: 1, mlserve: { name: 'yes' } }\n",
    );
  });

  it("adds a key that was not there", () => {
    expect(editMlmodel("a: 1\n", [[["metadata"], { mlserve: { name: "é\u{1f600}" } }]])).toBe(
      'a: 1\nmetadata:\n  mlserve:\n    name: "\\u00e9\\U0001f600"\n',
    );
  });

  it.each(goldenModels())("changes nothing else in the file of %s", (model) => {
    const before = readYaml(read(model));
    const after = readYaml(editMlmodel(read(model), [[["added"], { when: "2021-01-01" }]]));
    expect(after).toEqual({ ...before, added: { when: "2021-01-01" } });
  });

  it("refuses a file that could not be read", () => {
    expect(() => editMlmodel("a: [", [])).toThrow(expect.objectContaining({ kind: "invalid_descriptor" }));
  });
});
