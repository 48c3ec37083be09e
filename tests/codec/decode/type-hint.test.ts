import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { COERCIONS, type CoercionName } from "../../../src/codec/decode/coercion.js";
import { compileDecoder } from "../../../src/codec/decode/decoder.js";
import { compileReferenceDecoder } from "../../../src/codec/decode/reference.js";
import type { DataType, Signature } from "../../../src/format/signature.js";
import { loadFunction, writeFiles } from "../../support/function-model.js";
import { findDifference, goldenCases, modelPath } from "../../support/golden.js";
import { servedAnswer } from "../../support/served-answer.js";
import { useTemporaryFolder } from "../../support/temporary-folder.js";

function hinted(type: DataType, required = true): Signature {
  const columns = [{ type, required }];
  return { inputs: { kind: "columns", columns }, outputs: undefined, params: undefined, fromTypeHint: true };
}

const STRING = { kind: "scalar", type: "string" } as const;
const LONG = { kind: "scalar", type: "long" } as const;
const LONGS = { kind: "array", items: LONG } as const;
const PERSON = {
  kind: "object",
  properties: [
    { name: "name", type: STRING, required: true },
    { name: "age", type: LONG, required: false },
  ],
} as const;

const decode = (signature: Signature, body: unknown) =>
  compileReferenceDecoder(signature, { unsigned: "json" })(Buffer.from(JSON.stringify(body)));

describe("a signature from a type hint", () => {
  const cases = goldenCases("py_typehint");
  const folder = useTemporaryFolder();

  it.each<CoercionName>(["mlflow", "safe"])("is answered for as by MLflow in mode %s", async (mode) => {
    const upper = "export default (texts) => (Array.isArray(texts) ? texts.map((text) => text.toUpperCase()) : texts);";
    const recorded = readFileSync(join(modelPath("py_typehint"), "MLmodel"), "utf8");
    const MLmodel = recorded.replace("flavors:\n", "flavors:\n  js_function: { module: predict.mjs }\n");
    writeFiles(folder.path, { MLmodel, "predict.mjs": upper });
    await using served = await loadFunction(folder.path, { coercion: mode });
    const answers = await Promise.all(
      cases.map(async (golden) => ({ golden, answer: await servedAnswer(golden, served) })),
    );
    expect(answers).toHaveLength(11);
    expect(answers.filter(({ answer }) => answer.status === 200)).toHaveLength(2);
    expect(answers.flatMap(({ golden, answer }) => findDifference(golden, answer) ?? [])).toEqual([]);
  });

  it.each<{ name: string; signature: Signature; value: unknown[] }>([
    { name: "texts", signature: hinted(STRING), value: ["a", "b"] },
    { name: "nothing", signature: hinted(STRING), value: [] },
    { name: "lists", signature: hinted(LONGS), value: [[1, 2], []] },
    { name: "objects", signature: hinted(PERSON), value: [{ name: "Ann", age: 3 }, { name: "Bob" }] },
    { name: "what may be missing", signature: hinted(LONG, false), value: [1, null] },
    { name: "anything", signature: hinted({ kind: "any" }), value: [1, "a", { b: [null] }] },
  ])("gives the function a list of $name as it is", ({ signature, value }) => {
    expect(decode(signature, { inputs: value })).toEqual({
      form: "inputs",
      batch: { kind: "value", value },
      params: new Map(),
    });
  });

  it.each<{ name: string; signature: Signature; body: unknown; message: RegExp }>([
    { name: "a scalar", signature: hinted(STRING), body: { inputs: "a" }, message: /^inputs: expected a list/ },
    { name: "a number for a text", signature: hinted(STRING), body: { inputs: ["a", 1] }, message: /^inputs\[1\]/ },
    { name: "an object for the list", signature: hinted(PERSON), body: { inputs: { name: "A" } }, message: /list/ },
    { name: "a missing property", signature: hinted(PERSON), body: { inputs: [{}] }, message: /^inputs\[0\].*"name"/ },
    { name: "another form", signature: hinted(STRING), body: { instances: ["a"] }, message: /expected the key inputs/ },
    { name: "a chat's body", signature: hinted(STRING), body: { messages: [] }, message: /expected a list/ },
  ])("refuses $name", ({ signature, body, message }) => {
    expect(() => decode(signature, body)).toThrow(
      expect.objectContaining({ kind: "schema_mismatch", message: expect.stringMatching(message) }),
    );
  });

  it("still reads its params", () => {
    const params = [{ name: "n", type: LONG, default: 1, list: false }];
    const { params: given } = decode({ ...hinted(STRING), params }, { inputs: ["a"], params: { n: 2 } });
    expect(given).toEqual(new Map([["n", 2]]));
  });

  it("makes a table of CSV", async () => {
    const csv = compileDecoder(hinted(STRING), { unsigned: "json", coercion: COERCIONS.safe });
    expect((await csv(Buffer.from("q\na\nb\n"), "text/csv")).batch).toMatchObject({ kind: "columns", rows: 2 });
  });
});
