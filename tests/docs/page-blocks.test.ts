import { describe, expect, it } from "vitest";
import { parseBlocks, toSteps } from "./page-blocks.js";

const stepsOf = (...lines: string[]) => toSteps(parseBlocks(lines.join("\n")));

describe("a page", () => {
  it("is followed block by block, each with its line and the output that stands directly after it", () => {
    const steps = stepsOf(
      "# A",
      "```sh",
      "a",
      "b",
      "```",
      "",
      "```text",
      "out",
      "```",
      "```sh",
      "c",
      "```",
      "Then:",
      "```text",
    );
    expect(steps).toMatchObject([
      { does: "run", line: 3, commands: ["a", "b"], exit: 0, shown: { language: "text", text: "out\n" } },
      { does: "run", line: 11, commands: ["c"], shown: undefined },
    ]);
  });

  it("does not compare what words stand before", () => {
    expect(stepsOf("```sh", "a", "```", "This is another thing:", "```json", "{}", "```")).toMatchObject([
      { commands: ["a"], shown: undefined },
    ]);
  });

  it("tells by comments which blocks are files, which end otherwise, and which are not run", () => {
    const steps = stepsOf(
      "<!-- file: a/b.mjs -->",
      "```js",
      "1;",
      "```",
      "<!-- exit: 4 -->",
      "```sh",
      "a",
      "```",
      "<!-- not run: needs a licence -->",
      "```sh",
      "b",
      "```",
    );
    expect(steps).toMatchObject([
      { does: "save", file: "a/b.mjs", text: "1;\n" },
      { does: "run", commands: ["a"], exit: 4 },
    ]);
  });

  it("is refused with a comment that says nothing to the test", () => {
    expect(() => stepsOf("<!-- flie: a -->", "```js", "```")).toThrow('line 3: "flie" is none of file, exit, not run');
  });

  it.each([
    ["lines in quotes", ["curl -d '{", "}'", "b"], ["curl -d '{\n}'", "b"]],
    ["lines with a backslash", ["a \\", "  b", "c"], ["a \\\n  b", "c"]],
    ["comments and blank lines", ["# why", "", "a # why"], ["a # why"]],
  ])("has commands of %s", (_, lines, commands) => {
    expect(stepsOf("```sh", ...lines, "```")).toMatchObject([{ commands }]);
  });
});
