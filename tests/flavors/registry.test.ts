import { describe, expect, it } from "vitest";
import { createFlavorRegistry } from "../../src/flavors/registry.js";
import { linearFlavor } from "../support/linear-flavor.js";

const named = (name: string) => linearFlavor({}, { name });

describe("createFlavorRegistry", () => {
  it("keeps flavors in their order, and finds them by name", () => {
    const [b, a] = [named("b"), named("a")];
    const registry = createFlavorRegistry([b, a]);
    expect(registry.flavors).toEqual([b, a]);
    expect([registry.get("a"), registry.get("c"), registry.require("b")]).toEqual([a, undefined, b]);
  });

  it("tells which there are when one is asked for that is not there", () => {
    expect(() => createFlavorRegistry([named("b"), named("a")]).require("c")).toThrow(
      expect.objectContaining({ kind: "unknown_flavor", message: 'there is no flavor "c". Known are: b, a' }),
    );
  });

  it("refuses a name that stands twice", () => {
    expect(() => createFlavorRegistry([named("a"), named("b"), named("a")])).toThrow(
      expect.objectContaining({ kind: "unknown_flavor", message: expect.stringMatching(/"a" is registered twice/) }),
    );
  });

  it("refuses what is no flavor", () => {
    expect(() => createFlavorRegistry([{ name: "x" } as never])).toThrow(
      expect.objectContaining({ kind: "usage", message: expect.stringContaining("it has no function load") }),
    );
  });
});
