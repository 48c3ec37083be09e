import { describe, expect, it } from "vitest";
import { compareNames, createNameSet, nameFault } from "../../src/format/file-names.js";

describe("nameFault", () => {
  it.each([
    "MLmodel",
    "a/b/c.onnx",
    ".hidden",
    "..data",
    "a..b",
    "con-fig",
    "console.txt",
    "lpt10",
    "é/文.data",
    "with space",
    "a".repeat(255),
    `${"a/".repeat(511)}ab`,
  ])("allows %j", (name) => {
    expect(nameFault(name)).toBeUndefined();
  });

  it.each([
    ["", "empty"],
    ["/etc/passwd", "absolute"],
    ["//server/share", "absolute"],
    ["..", '".."'],
    ["a/../b", '".."'],
    ["./a", '"."'],
    ["a//b", "part of the name is empty"],
    ["a/", "part of the name is empty"],
    ["a\\b", "backslash"],
    ["\\\\server\\share", "backslash"],
    ["C:x", "colon"],
    ["C:/x", "colon"],
    ["file:stream", "colon"],
    ["a\0b", "control"],
    ["a\nb", "control"],
    ["a\u001b[31m", "control"],
    ["a\u007f", "control"],
    ["a\u0085", "control"],
    ["a\ufffd", "UTF-8"],
    ["a\ud800", "UTF-8"],
    ["CON", "reserved"],
    ["nul.txt", "reserved"],
    ["a/Aux", "reserved"],
    ["com1.onnx", "reserved"],
    ["LPT9", "reserved"],
    ["com\u00b9", "reserved"],
    ["PRN .x", "reserved"],
    ["a.", "dot or a space"],
    ["a /b", "dot or a space"],
    ["a".repeat(256), "255 bytes"],
    ["é".repeat(128), "255 bytes"],
    [`${"a/".repeat(512)}a`, "1024 bytes"],
  ])("refuses %j", (name, reason) => {
    expect(nameFault(name)).toContain(reason);
  });
});

describe("createNameSet", () => {
  it.each([
    { name: "the same name twice", names: ["a", "a"] },
    { name: "names that differ in case", names: ["MLmodel", "mlMODEL"] },
    { name: "composed and decomposed letters", names: ["\u00e9", "e\u0301"] },
    { name: "letters that one file system folds into two", names: ["stra\u00dfe", "STRASSE"] },
    { name: "a file that a name needs for a folder", names: ["a", "a/b"] },
    { name: "a folder that a name needs for a file", names: ["a/b", "a"] },
    { name: "a folder spelled in two ways", names: ["Code/a", "code/b"] },
    { name: "a file above a deeper name in another case", names: ["A", "a/b/c"] },
  ])("refuses $name", ({ names }) => {
    const set = createNameSet();
    expect(() => names.map((name) => set.addFile(name))).toThrow(expect.objectContaining({ kind: "invalid_package" }));
  });

  it("takes a folder as often as it comes, and counts those above it", () => {
    const set = createNameSet();
    set.addFolder("a/b");
    set.addFolder("a/b");
    set.addFile("a/b/c");
    expect(set.folders).toBe(2);
  });

  it("escapes the name in what it says", () => {
    expect(() => createNameSet().addFile("a\u001b[2J")).toThrow(/^file "a\\u001b\[2J": the name holds a control/);
  });
});

describe("compareNames", () => {
  it("sorts by code point, not by UTF-16 unit", () => {
    expect(["\u{1f600}", "\uffee", "b", "a/b", "a.b", "B"].sort(compareNames)).toEqual([
      "B",
      "a.b",
      "a/b",
      "b",
      "\uffee",
      "\u{1f600}",
    ]);
  });
});
