import { describe, expect, it } from "vitest";
import { formatBytes, formatTable, quoteArgument } from "../../cli/text.js";

describe("formatBytes", () => {
  it.each([
    [0, "0 B"],
    [647, "647 B"],
    [1000, "1.0 kB"],
    [3140, "3.1 kB"],
    [31_400, "31 kB"],
    [75_000_000, "75 MB"],
    [1_500_000_000, "1.5 GB"],
    [2e15, "2000 TB"],
  ])("writes %d bytes as %s", (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });
});

describe("formatTable", () => {
  it("keeps what would move the cursor off the terminal", () => {
    expect(formatTable([["a\u001b[2J\n\u202eb"]])).toEqual(["  a\\u001b[2J\\u000a\\u202eb"]);
  });

  it("puts columns under each other, however many cells a row has", () => {
    expect(formatTable([["a", "long cell", "x"], ["bcd", "e"], ["f"]])).toEqual([
      "  a    long cell  x",
      "  bcd  e",
      "  f",
    ]);
  });
});

describe("quoteArgument", () => {
  it.each([
    ["iris.tar", "iris.tar"],
    ["out/my-model_1.tar.gz", "out/my-model_1.tar.gz"],
    ["my model.tar", "'my model.tar'"],
    ["it's.tar", "'it'\\''s.tar'"],
    ["$(x).tar", "'$(x).tar'"],
  ])("writes %s as %s", (argument, quoted) => {
    expect(quoteArgument(argument)).toBe(quoted);
  });
});
