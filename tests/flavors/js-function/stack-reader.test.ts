import { describe, expect, it } from "vitest";
import { createStackReader } from "../../../src/flavors/js-function/stack-reader.js";

const reader = createStackReader("no map", "file:///tmp/a%20b/predict.mjs?sha256=12", "predict.mjs");

function thrownAt(...lines: readonly string[]): Error {
  const error = new Error("why");
  error.stack = ["Error: why", ...lines.map((line) => `    at ${line}`)].join("\n");
  return error;
}

describe("the place where an error was thrown", () => {
  it.each([
    {
      name: "by the address of the module",
      at: "load (file:///tmp/a%20b/predict.mjs?sha256=12:4:23)",
      place: "predict.mjs:4",
    },
    { name: "by the path of the module", at: "/tmp/a b/predict.mjs:4:23", place: "predict.mjs:4" },
    // As Node writes them with --enable-source-maps.
    { name: "by the path of a source", at: "load (/tmp/a b/lib/near.ts:2:49)", place: "lib/near.ts:2" },
    { name: "elsewhere", at: "prepare (file:///tmp/a/flavor.js:77:32)", place: undefined },
  ])("is known $name", ({ at, place }) => {
    expect(reader.placeOf(thrownAt("node:fs:1:1", at, "x (file:///tmp/a%20b/predict.mjs?sha256=12:9:9)"))).toBe(
      place ?? "predict.mjs:9",
    );
    expect(reader.placeOf(thrownAt("node:fs:1:1", at))).toBe(place);
  });

  it("is told without paths of this machine, nor who called", () => {
    const error = thrownAt(
      "load (/tmp/a b/predict.ts:2:49)",
      "/tmp/a b/predict.mjs:4:23",
      "call (file:///x/flavor.js:7:3)",
    );
    expect(reader.toSourceStack(error)).toBe("Error: why\n    at load (predict.ts:2:49)\n    at predict.mjs:4:23");
  });
});
