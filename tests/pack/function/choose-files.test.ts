import { describe, expect, it } from "vitest";
import { chooseDataFiles } from "../../../src/pack/function/choose-files.js";

const NAMES = [
  "predict.ts",
  "lib/tokens.ts",
  "lib/old.js",
  "model.onnx",
  "data/vocab.txt",
  "data/vocab.json",
  "package.json",
  "package-lock.json",
  "tsconfig.build.json",
  ".env",
  ".github/ci.yml",
  "LICENSE",
];

const files = NAMES.map((name) => ({ name, path: `/somewhere/${name}`, bytes: 1 }));
const choose = (patterns?: readonly string[]): string[] =>
  chooseDataFiles(files, { entry: "predict.ts", patterns }).map(({ name }) => name);

describe("chooseDataFiles", () => {
  it("takes what is neither a source nor of a tool", () => {
    expect(choose()).toEqual(["model.onnx", "data/vocab.txt", "data/vocab.json", "LICENSE"]);
  });

  it.each([
    { patterns: ["model.onnx"], chosen: ["model.onnx"] },
    { patterns: ["./data/"], chosen: ["data/vocab.txt", "data/vocab.json"] },
    { patterns: ["**/*.txt", "lib/old.js"], chosen: ["lib/old.js", "data/vocab.txt"] },
    { patterns: [".env"], chosen: [".env"] },
    { patterns: ["predict.ts", "package.json"], chosen: [] },
    { patterns: [], chosen: [] },
  ])("takes what $patterns name", ({ patterns, chosen }) => {
    expect(choose(patterns)).toEqual(chosen);
  });

  it.each([
    { pattern: "none.txt", message: 'package.json: files: "none.txt": matches no file' },
    { pattern: "!model.onnx", message: "expected what is to be packed, not what is not" },
  ])("refuses $pattern", ({ pattern, message }) => {
    expect(() => choose([pattern])).toThrow(message);
  });
});
