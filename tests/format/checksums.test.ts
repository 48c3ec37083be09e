import { describe, expect, it } from "vitest";
import { checkFile, checkListComplete, formatChecksums, parseChecksums } from "../../src/format/checksums.js";

const A = "a".repeat(64);
const B = "b".repeat(64);
const parse = (text: string) => parseChecksums(Buffer.from(text));

describe("parseChecksums", () => {
  it.each([
    { name: "what sha256sum writes", text: `${A}  MLmodel\n${B}  a b/c\n` },
    { name: "what sha256sum -b writes", text: `${A} *MLmodel\n${B} *a b/c\n` },
    { name: "capital digits and no last line break", text: `${A.toUpperCase()}  MLmodel\n${B}  a b/c` },
  ])("reads $name", ({ text }) => {
    expect(parse(text)).toEqual(
      new Map([
        ["MLmodel", A],
        ["a b/c", B],
      ]),
    );
  });

  it("reads what it writes, sorted", () => {
    const text = formatChecksums(
      new Map([
        ["b", B],
        ["MLmodel", A],
        ["a/b", A],
      ]),
    );
    expect(text).toBe(`${A}  MLmodel\n${A}  a/b\n${B}  b\n`);
    expect([...parse(text).keys()]).toEqual(["MLmodel", "a/b", "b"]);
  });

  it.each([
    { name: "a sum that is too short", text: `${A.slice(1)}  x\n`, reason: "line 1: expected a sha256" },
    { name: "a sum of another kind", text: `${A.slice(24)}  x\n`, reason: "line 1" },
    { name: "one space", text: `${A} x\n`, reason: "line 1" },
    { name: "no name", text: `${A}  \n`, reason: "line 1" },
    { name: "an empty line", text: `${A}  x\n\n${B}  y\n`, reason: "line 2" },
    { name: "a file that stands twice", text: `${A}  x\n${A}  x\n`, reason: 'line 2: "x" stands twice' },
    { name: "a name that leads outside", text: `${A}  ../x\n`, reason: "line 1: a part of the name" },
    { name: "sha256sum's escaped names", text: `\\${A}  a\\nb\n`, reason: "line 1" },
    { name: "line breaks of Windows", text: `${A}  x\r\n`, reason: "line 1: the name holds a control" },
    { name: "itself", text: `${A}  SHA256SUMS\n`, reason: "line 1: the list cannot list itself" },
    { name: "a web page", text: "<html>", reason: "line 1" },
  ])("refuses $name", ({ text, reason }) => {
    expect(() => parse(text)).toThrow(
      expect.objectContaining({ kind: "invalid_package", message: expect.stringContaining(`SHA256SUMS: ${reason}`) }),
    );
  });
});

describe("the checks", () => {
  const listed = new Map([
    ["MLmodel", A],
    ["w", B],
  ]);

  it("take the very files of the list, beside the list and its signature", () => {
    expect(() => checkListComplete(listed, ["w", "MLmodel", "SHA256SUMS", "SHA256SUMS.sig"])).not.toThrow();
    expect(() => checkFile(listed, "w", B)).not.toThrow();
  });

  it.each([
    {
      name: "a missing file",
      check: () => checkListComplete(listed, ["MLmodel"]),
      reason: 'file "w": is in SHA256SUMS but missing',
    },
    {
      name: "a file too many",
      check: () => checkListComplete(listed, ["MLmodel", "w", "x"]),
      reason: 'file "x": is not in SHA256SUMS',
    },
    { name: "a changed file", check: () => checkFile(listed, "w", A), reason: 'file "w": is not the file' },
    { name: "a file that is not listed", check: () => checkFile(listed, "x", A), reason: 'file "x"' },
  ])("refuse $name by name", ({ check, reason }) => {
    expect(check).toThrow(
      expect.objectContaining({ kind: "checksum_mismatch", message: expect.stringContaining(reason) }),
    );
  });
});
