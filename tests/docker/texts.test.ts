import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { buildImage } from "./build-image.js";
import { fixture, inspect } from "./docker.js";

/** What shells, Dockerfiles and JSON take for something else, and any other text that is no control character. */
const hostile = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        ..."\"'\\$`#&|;<>(){}[]*?~!% =",
        "$".concat("{HOME}"),
        "$(id)",
        "`id`",
        "\\n",
        '\\"',
        "' '",
        "<<EOF",
        "\\",
      ),
      fc.string({ unit: "grapheme", maxLength: 4 }).filter((text) => !/[\p{Cc}\p{Cs}]/u.test(text)),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(""));

describe("labels and variables of an image", () => {
  it("are what was given, whatever their texts look like", async () => {
    const texts = fc.sample(hostile, { numRuns: 150, seed: 20261126 });
    const labels = texts.map((text, i) => [`l${i}`, text] as const);
    const variables = texts.map((text, i) => [`V${i}`, text] as const);
    await buildImage(fixture("py_sum"), "texts:1", [
      ...labels.flatMap(([name, text]) => ["--label", `${name}=${text}`]),
      ...variables.flatMap(([name, text]) => ["--env", `${name}=${text}`]),
    ]);
    const { Labels, Env } = inspect("texts:1").Config;
    expect(Labels).toMatchObject(Object.fromEntries(labels));
    expect(Env).toEqual(expect.arrayContaining(variables.map(([name, text]) => `${name}=${text}`)));
  });
});
