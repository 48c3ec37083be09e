import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import * as mini from "zod/mini";
import { readExportedSignature } from "../../../src/flavors/js-function/exported-signature.js";
import { convertZod } from "../../../src/flavors/js-function/zod-types.js";
import type { DataType } from "../../../src/format/signature.js";
import { formatSignature } from "../../../src/format/signature-json.js";

/** How docs/js-function.md writes a type. */
function spell(type: DataType): string {
  switch (type.kind) {
    case "scalar":
      return type.type;
    case "array":
      return `array of ${spell(type.items)}`;
    case "map":
      return `map of ${spell(type.values)}`;
    case "object":
      return `object of ${type.properties.map((property) => `${property.name}: ${spell(property.type)}`).join(", ")}`;
    case "any":
    case "sparkml_vector":
      return type.kind;
  }
}

/** The rows of the documentation's table: the schema as code, and its type. */
function documentedRows(): { code: string; type: string }[] {
  const text = readFileSync(new URL("../../../docs/js-function.md", import.meta.url), "utf8");
  const [, table = ""] = /<!-- zod -->\n([\s\S]*?)\n\n/.exec(text) ?? [];
  return table
    .split("\n")
    .slice(2)
    .flatMap((line) => {
      const [, codes = "", type = ""] = line.split("|").map((cell) => cell.trim());
      return [...codes.matchAll(/`([^`]+)`/g)].map(([, code = ""]) => ({ code, type }));
    });
}

describe("the conversion of zod that the documentation tells", () => {
  const rows = documentedRows();

  it("has a row for each", () => {
    expect(rows.length).toBeGreaterThan(15);
  });

  it.each(rows)("$code is $type", ({ code, type }) => {
    // What stands in our own documentation.
    const schema: unknown = new Function("z", `return ${code}`)(z);
    const converted = convertZod(schema, "input");
    expect(spell(converted.type) + (converted.required ? "" : ", not required")).toBe(type);
  });
});

describe("readExportedSignature", () => {
  it("makes columns of an object, or of a list of objects, in their order", () => {
    const input = z.object({ b: z.string(), a: z.int32().optional() });
    const expected = formatSignature(readExportedSignature({ input }));
    expect(expected.inputs).toBe(
      '[{"type": "string", "name": "b", "required": true}, {"type": "integer", "name": "a", "required": false}]',
    );
    expect(formatSignature(readExportedSignature({ input: z.array(input) }))).toEqual(expected);
  });

  it("makes one column without a name of anything else", () => {
    const { inputs, outputs } = formatSignature(
      readExportedSignature({ input: z.string(), output: z.array(z.number()) }),
    );
    expect(inputs).toBe('[{"type": "string", "required": true}]');
    expect(outputs).toBe('[{"type": "double", "required": true}]');
  });

  it("takes params with their defaults", () => {
    const params = z.object({
      top: z.int().default(3),
      words: z.array(z.string()).default(["a"]),
      opt: z.string().nullish(),
    });
    expect(formatSignature(readExportedSignature({ params })).params).toBe(
      '[{"name": "top", "default": 3, "shape": null, "type": "long"}, ' +
        '{"name": "words", "default": ["a"], "shape": [-1], "type": "string"}, ' +
        '{"name": "opt", "default": null, "shape": null, "type": "string"}]',
    );
  });

  it("takes schemas of zod/mini", () => {
    const input = mini.object({ a: mini.optional(mini.int()) });
    expect(formatSignature(readExportedSignature({ input })).inputs).toContain('"type": "long"');
  });

  it("takes MLflow's own parts, which win over schemas", () => {
    const signature = { inputs: [{ type: "long", name: "n" }] };
    const read = readExportedSignature({ signature, input: z.string(), output: z.string() });
    expect(formatSignature(read)).toEqual({
      inputs: '[{"type": "long", "name": "n", "required": true}]',
      outputs: '[{"type": "string", "required": true}]',
      params: null,
    });
  });

  it.each([
    {
      name: "a type that there is none for",
      exports: { input: z.object({ a: z.object({ b: z.enum(["x"]) }) }) },
      message: 'input["a"]["b"]: a signature has no type for zod\'s "enum"',
    },
    {
      name: "an item that may be missing",
      exports: { output: z.object({ a: z.array(z.string().nullable()) }) },
      message: 'output["a"][]: an item that may be missing',
    },
    {
      name: "a schema of zod 3",
      exports: { input: { _def: { typeName: "ZodObject" }, parse() {} } },
      message: "input: is a schema of zod 3: expected one of zod 4",
    },
    { name: "what is no schema", exports: { input: "text" }, message: "input: is no schema of zod 4" },
    {
      name: "a param without a default",
      exports: { params: z.object({ k: z.int() }) },
      message: 'params["k"]: a param has a default, or is optional',
    },
    { name: "params that are no object", exports: { params: z.int() }, message: "params: expected z.object(...)" },
    {
      name: "rows whose columns nobody knows",
      exports: { input: z.record(z.string(), z.int()) },
      message: "input: a row of a signature is an object whose keys are known",
    },
    {
      name: "parts that are none",
      exports: { signature: { input: [] } },
      message: 'export "signature": expected an object with inputs',
    },
    {
      name: "a part that is wrong",
      exports: { signature: { inputs: [{ type: "text" }] } },
      message: 'export "signature": signature.inputs[0].type: expected one of',
    },
  ])("refuses $name", ({ exports, message }) => {
    expect(() => readExportedSignature(exports)).toThrow(message);
  });
});
