import { describe, expect, it } from "vitest";
import { z } from "zod";
import { z as mini } from "zod/mini";
import { type ConfigResult, readConfig } from "../../src/flavors/config-schema.js";

/** A schema of nobody's library. */
const handmade = (validate: (block: unknown) => ConfigResult<unknown> | Promise<ConfigResult<unknown>>) => ({
  "~standard": { version: 1 as const, vendor: "mine", validate },
});

const refusing = (path: readonly (PropertyKey | { readonly key: PropertyKey })[]) =>
  handmade(() => ({ issues: [{ message: "expected a file", path }] }));

describe("readConfig", () => {
  it.each([
    ["zod", z.object({ data: z.string().default("a") })],
    ["zod/mini", mini.object({ data: mini._default(mini.string(), "a") })],
    ["no library", handmade(() => ({ value: { data: "a" } }))],
  ])("reads a block with a schema of %s", (_, config) => {
    expect(readConfig<unknown>({ name: "mine", config }, {})).toEqual({ data: "a" });
  });

  it("takes any block as it is without a schema", () => {
    const block = { anything: [1] };
    expect(readConfig({ name: "mine" }, block)).toBe(block);
  });

  it.each([
    ["zod", z.object({ a: z.object({ b: z.array(z.string()) }) }), "MLmodel: flavors.mine.a.b[0]: expected string"],
    ["keys as they are", refusing(["a", 0, "b c"]), 'MLmodel: flavors.mine.a[0]."b c": expected a file'],
    ["keys in objects", refusing([{ key: "a" }, { key: 1 }]), "MLmodel: flavors.mine.a[1]: expected a file"],
    ["no path", handmade(() => ({ issues: [{ message: "no" }] })), "MLmodel: flavors.mine: no"],
    ["no issue", handmade(() => ({ issues: [] })), "MLmodel: flavors.mine: not as expected"],
  ])("names the field that is wrong, with %s", (_, config, says) => {
    expect(() => readConfig<unknown>({ name: "mine", config }, { a: { b: [1] } })).toThrow(
      expect.objectContaining({ kind: "invalid_descriptor", message: expect.stringContaining(says) }),
    );
  });

  it("refuses a schema that answers with a promise", () => {
    const config = handmade(async () => ({ value: {} }));
    expect(() => readConfig({ name: "mine", config }, {})).toThrow(
      expect.objectContaining({ kind: "unknown_flavor", message: expect.stringContaining("with a promise") }),
    );
  });
});
