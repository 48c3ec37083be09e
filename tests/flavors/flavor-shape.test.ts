import { describe, expect, it } from "vitest";
import { z } from "zod";
import { flavorFault, isFlavorLike } from "../../src/flavors/flavor-shape.js";

const sound = { name: "mine", load: async () => ({}) };

describe("flavorFault", () => {
  it.each<[string, object]>([
    ["a name and load", sound],
    ["a schema of zod's", { ...sound, config: z.object({}) }],
    [
      "a schema that is a function, as arktype's are",
      { ...sound, config: Object.assign(() => {}, { "~standard": z.object({})["~standard"] }) },
    ],
    ["every method", { ...sound, check() {}, checkSignature() {}, isolation() {}, describe() {} }],
    ["a name with a dot and a dash", { ...sound, name: "my.flavor-2" }],
  ])("finds nothing wrong with %s", (_, flavor) => {
    expect(flavorFault(flavor)).toBeUndefined();
  });

  it.each<[string, unknown, string]>([
    ["nothing", undefined, "no object"],
    ["a function", () => {}, "no object"],
    ["no name", { load: sound.load }, "its name"],
    ["a name with a slash", { ...sound, name: "a/b" }, "its name"],
    ["an empty name", { ...sound, name: "" }, "its name"],
    ["a name that is a number", { ...sound, name: 1 }, "its name"],
    ["no load", { name: "mine" }, "load"],
    ["load that is no function", { ...sound, load: "x" }, "load"],
    ["a schema without the interface", { ...sound, config: { safeParse() {} } }, "Standard Schema"],
    ["a schema that is null", { ...sound, config: null }, "Standard Schema"],
    ["check that is no function", { ...sound, check: true }, "its check"],
    ["describe that is no function", { ...sound, describe: {} }, "its describe"],
    ["looksFor that is no text", { ...sound, looksFor: 1 }, "its looksFor"],
  ])("tells what is wrong with %s", (_, flavor, says) => {
    expect(flavorFault(flavor)).toContain(says);
  });
});

describe("isFlavorLike", () => {
  it.each<[unknown, boolean]>([
    [sound, true],
    [{ name: 1, load: 2 }, true],
    [{ name: "only" }, false],
    [() => {}, false],
    [null, false],
    ["text", false],
  ])("is said of %j: %s", (value, is) => {
    expect(isFlavorLike(value)).toBe(is);
  });
});
