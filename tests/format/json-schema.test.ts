import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { toBodySchema } from "../../src/format/json-schema.js";
import { parseMlmodel } from "../../src/format/mlmodel.js";
import { parseSignature } from "../../src/format/signature.js";
import { goldenModels, modelPath } from "../support/golden.js";

function validator(schema: object) {
  return new Ajv2020({ strict: false, allowUnionTypes: true }).compile(schema);
}

describe("toBodySchema", () => {
  it.each(goldenModels())("takes %s's own serving input example", (model) => {
    const { signature } = parseMlmodel(readFileSync(join(modelPath(model), "MLmodel")));
    const validate = validator(toBodySchema(signature));
    const example = join(modelPath(model), "serving_input_example.json");
    const body = existsSync(example) ? JSON.parse(readFileSync(example, "utf8")) : undefined;
    if (body !== undefined && !("messages" in body) && !("prompt" in body))
      expect(validate(body) ? [] : validate.errors).toEqual([]);
    expect(validate({})).toBe(false);
  });

  it("takes a list under inputs alone of a function with a type hint", () => {
    const { signature } = parseMlmodel(readFileSync(join(modelPath("py_typehint"), "MLmodel")));
    const validate = validator(toBodySchema(signature));
    expect([{ inputs: ["a"] }, { inputs: [] }].map((body) => validate(body))).toEqual([true, true]);
    expect([{ inputs: "a" }, { inputs: [1] }, { instances: ["a"] }].map((body) => validate(body))).toEqual([
      false,
      false,
      false,
    ]);
  });

  const nested = parseSignature({
    inputs: JSON.stringify([
      { type: "long", name: "id" },
      { type: "array", name: "tags", required: false, items: { type: "string" } },
      {
        type: "object",
        name: "user",
        required: true,
        properties: { age: { type: "integer", required: true }, mail: { type: "string", required: false } },
      },
      { type: "map", name: "scores", required: true, values: { type: "double" } },
    ]),
    params: JSON.stringify([{ name: "top_k", type: "integer", default: 5, shape: null }]),
  });
  const row = { id: 1, tags: ["a"], user: { age: 3 }, scores: { x: 0.5 } };

  it.each([
    { name: "a whole row", body: { dataframe_records: [row] }, valid: true },
    { name: "params", body: { instances: [row], params: { top_k: 3 } }, valid: true },
    { name: "an optional column that is null", body: { dataframe_records: [{ ...row, tags: null }] }, valid: true },
    { name: "a missing column", body: { dataframe_records: [{ id: 1 }] }, valid: false },
    { name: "a word for a number", body: { dataframe_records: [{ ...row, id: "x" }] }, valid: false },
    { name: "an unknown property", body: { dataframe_records: [{ ...row, user: { age: 3, x: 1 } }] }, valid: false },
    {
      name: "an integer out of range",
      body: { dataframe_records: [{ ...row, user: { age: 2 ** 31 } }] },
      valid: false,
    },
    { name: "two forms", body: { dataframe_records: [row], instances: [row] }, valid: false },
    { name: "a parameter of another type", body: { instances: [row], params: { top_k: 1.5 } }, valid: false },
  ])("says of $name that its validity is $valid", ({ body, valid }) => {
    expect(validator(toBodySchema(nested))(body)).toBe(valid);
  });

  it("says the length of each fixed dimension of a tensor", () => {
    const image = parseSignature({
      inputs: JSON.stringify([{ type: "tensor", "tensor-spec": { dtype: "float32", shape: [-1, 2, 2] } }]),
    });
    const validate = validator(toBodySchema(image));
    expect(
      validate({
        inputs: [
          [
            [1, 2],
            [3, 4],
          ],
        ],
      }),
    ).toBe(true);
    expect(
      validate({
        inputs: [
          [
            [1, 2, 3],
            [3, 4, 5],
          ],
        ],
      }),
    ).toBe(false);
    expect(
      validate({
        instances: [
          [
            [1, 2],
            [3, null],
          ],
        ],
      }),
    ).toBe(true);
  });
});
