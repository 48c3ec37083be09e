import { describe, expect, it } from "vitest";
import { readYaml } from "../../src/core/yaml-reader.js";

const HALF_MIB = 512 * 1024;
const lines = (count: number, line: (index: number) => string): string =>
  Array.from({ length: count }, (_, i) => line(i)).join("\n");

describe("readYaml", () => {
  it("reads aliases, of which PyYAML writes a few", () => {
    expect(readYaml("a: &id001\n- 1\nb: *id001\n")).toEqual({ a: [1], b: [1] });
  });

  it("reads words of YAML 1.1 as the strings that they are in 1.2", () => {
    expect(readYaml("a: yes\nb: 1:30\nc: 2021-01-01\nd: <<")).toEqual({
      a: "yes",
      b: "1:30",
      c: "2021-01-01",
      d: "<<",
    });
  });

  it("does not merge", () => {
    expect(readYaml("base: &b {x: 1}\nother:\n  <<: *b\n")).toEqual({ base: { x: 1 }, other: { "<<": { x: 1 } } });
  });

  it.each([
    { name: "an unclosed quote", text: "a: 1\nb: 'x\n", reason: /line 3, column 1: not valid YAML/ },
    { name: "a key that stands twice", text: "a: 1\nb: 2\na: 3\n", reason: /line 3, column 1: a key stands twice/ },
    { name: "a tab for indentation", text: "a:\n\tb: 1\n", reason: /line 2, column 1: / },
    { name: "a tag of Python's", text: "a: !!python/object/apply:os.system [id]", reason: /line 1.*a YAML tag/ },
    { name: "a tag of its own", text: "a: !env HOME", reason: /line 1.*a YAML tag/ },
    { name: "an alias without an anchor", text: "a: *b", reason: /an alias .* without its anchor/ },
    { name: "an alias inside itself", text: "a: &a [*a]", reason: /alias/ },
    { name: "two documents", text: "a: 1\n---\nb: 2\n", reason: /one YAML document/ },
    { name: "a list", text: "- a", reason: /expected a YAML mapping/ },
    { name: "a scalar", text: "hello", reason: /expected a YAML mapping/ },
    { name: "nothing", text: "", reason: /expected a YAML mapping|empty/ },
  ])("says where it found $name", ({ text, reason }) => {
    expect(() => readYaml(text)).toThrow(
      expect.objectContaining({ kind: "invalid_descriptor", message: expect.stringMatching(reason) }),
    );
  });

  it.each([
    { name: "lists in lists", text: `a: ${"[".repeat(HALF_MIB)}` },
    { name: "closed lists in lists", text: `a: ${"[".repeat(1000)}${"]".repeat(1000)}` },
    { name: "lists by indentation on one line", text: "- ".repeat(HALF_MIB) },
    { name: "maps by indentation", text: lines(500, (i) => `${" ".repeat(i)}a:`) },
    { name: "maps in maps", text: "{a: ".repeat(HALF_MIB / 2) },
    { name: "keys of keys", text: "? ".repeat(HALF_MIB) },
    { name: "a mapping with very many keys", text: lines(20_000, (i) => `k${i}: 1`) },
    { name: "a flow mapping with very many keys", text: `a: {${lines(20_000, (i) => `k${i}: 1,`)}}` },
    { name: "anchors without end", text: `a: ${"&a ".repeat(HALF_MIB / 3)}` },
    { name: "directives without end", text: "%a\n".repeat(HALF_MIB / 3) },
    {
      name: "a bomb of aliases",
      text: [
        "a: &a [x, x, x, x]",
        ...["b", "c", "d", "e", "f"].map((k, i) => `${k}: &${k} [${`*${"abcde"[i]}, `.repeat(9)}]`),
      ].join("\n"),
    },
    { name: "a list of aliases", text: `a: &a 1\nb: [${"*a,".repeat(1000)}]` },
  ])("refuses $name", ({ text }) => {
    expect(() => readYaml(text)).toThrow(expect.objectContaining({ kind: "invalid_descriptor" }));
  });
});
