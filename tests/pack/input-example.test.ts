import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseSignature, type Signature } from "../../src/format/signature.js";
import { readInputExample } from "../../src/pack/input-example.js";
import { useTemporaryFolder } from "../support/temporary-folder.js";

const folder = useTemporaryFolder();

const COLUMNS = parseSignature({
  inputs: '[{"type": "double", "name": "a"}, {"type": "string", "name": "b", "required": false}]',
});
const TENSOR = parseSignature({
  inputs: '[{"type": "tensor", "name": "x", "tensor-spec": {"dtype": "float32", "shape": [-1, 2]}}]',
});
const PARAMS = parseSignature({
  inputs: '[{"type": "double", "name": "a"}]',
  params: '[{"name": "k", "type": "long", "default": 1, "shape": null}]',
});
const NONE = parseSignature({});

async function read(text: string, signature: Signature) {
  writeFileSync(join(folder.path, "example.json"), text);
  const { files, info } = await readInputExample(join(folder.path, "example.json"), signature);
  const [example, serving] = files.map(({ content }) => Buffer.from(content).toString());
  return { names: files.map(({ name }) => name), example, serving: JSON.parse(serving ?? ""), text: serving, info };
}

const FRAME = { type: "dataframe", pandas_orient: "split" };

describe("readInputExample", () => {
  it.each([
    { name: "a split body", text: '{"dataframe_split": {"index": [0], "columns": ["a"], "data": [[1.5]]}}' },
    { name: "a records body", text: '{"dataframe_records": [{"a": 1.5}]}' },
    { name: "records alone", text: '[{"a": 1.5}]' },
    { name: "columns and data alone", text: '{"columns": ["a"], "data": [[1.5]]}' },
  ])("keeps $name as MLflow keeps a table", async ({ text }) => {
    const { names, example, serving, info } = await read(text, COLUMNS);
    expect(names).toEqual(["input_example.json", "serving_input_example.json"]);
    expect(example).toBe('{"columns": ["a"], "data": [[1.5]]}');
    expect(serving).toEqual({ dataframe_split: { columns: ["a"], data: [[1.5]] } });
    expect(info).toEqual({
      artifact_path: "input_example.json",
      serving_input_path: "serving_input_example.json",
      ...FRAME,
    });
  });

  it("writes a request's body over lines, as MLflow does", async () => {
    expect((await read('[{"a": 1}]', COLUMNS)).text).toBe(
      '{\n  "dataframe_split": {\n    "columns": [\n      "a"\n    ],\n    "data": [\n      [\n        1\n      ]\n    ]\n  }\n}',
    );
  });

  it("fills what a record lacks with null, in the order in which columns come", async () => {
    expect((await read('[{"b": "x", "a": 1}, {"a": 2}]', COLUMNS)).example).toBe(
      '{"columns": ["b", "a"], "data": [["x", 1], [null, 2]]}',
    );
  });

  it.each([
    { name: "lists alone", text: "[[1.0, 2]]", serving: { inputs: [[1, 2]] }, example: "[[1.0, 2]]" },
    {
      name: "a map of tensors",
      text: '{"x": [[1, 2]]}',
      serving: { inputs: { x: [[1, 2]] } },
      example: '{"x": [[1, 2]]}',
    },
    {
      name: "an inputs body",
      text: '{"inputs": {"x": [[1, 2]]}}',
      serving: { inputs: { x: [[1, 2]] } },
      example: '{"x": [[1, 2]]}',
    },
    {
      name: "an instances body",
      text: '{"instances": [{"x": [1, 2]}]}',
      serving: { instances: [{ x: [1, 2] }] },
      example: '[{"x": [1, 2]}]',
    },
  ])("keeps $name as MLflow keeps tensors", async ({ text, serving, example }) => {
    expect(await read(text, TENSOR)).toMatchObject({ serving, example, info: { type: "ndarray" } });
  });

  it("keeps params beside the data", async () => {
    expect(await read('{"dataframe_records": [{"a": 1}], "params": {"k": 2}}', PARAMS)).toMatchObject({
      example: '{"inputs": {"columns": ["a"], "data": [[1]]}, "params": {"k": 2}}',
      serving: { dataframe_split: { columns: ["a"], data: [[1]] }, params: { k: 2 } },
      info: { ...FRAME, params: "true" },
    });
    expect((await read('{"inputs": {"a": [1]}, "params": {"k": 2}}', PARAMS)).serving).toEqual({
      inputs: { a: [1] },
      params: { k: 2 },
    });
  });

  it("takes anything for a model without a signature, and a chat's map as the body itself", async () => {
    expect(await read('{"prompt": "hi"}', NONE)).toMatchObject({
      serving: { prompt: "hi" },
      info: { type: "json_object" },
    });
    expect(await read("3", NONE)).toMatchObject({ serving: { inputs: 3 }, example: "3" });
  });

  it("keeps every digit of long integers, and the point of whole floats", async () => {
    const long = parseSignature({ inputs: '[{"type": "long", "name": "a"}]' });
    expect((await read('[{"a": 9007199254740993}]', long)).example).toContain("9007199254740993");
    expect((await read('[{"a": 1.0}]', COLUMNS)).example).toContain("[[1.0]]");
  });

  it.each([
    { name: "no JSON", text: "{", signature: NONE, kind: "invalid_json" },
    { name: "two forms at once", text: '{"inputs": 1, "instances": 2}', signature: NONE, kind: "invalid_body" },
    {
      name: "a frame without data",
      text: '{"dataframe_split": {"columns": []}}',
      signature: NONE,
      kind: "invalid_body",
    },
    { name: "records that are none", text: '{"dataframe_records": [1]}', signature: NONE, kind: "invalid_body" },
    { name: "a missing column", text: '[{"b": "x"}]', signature: COLUMNS, kind: "schema_mismatch" },
    { name: "a value of another type", text: '[{"a": "x"}]', signature: COLUMNS, kind: "cast_failed" },
    { name: "a tensor of another shape", text: '{"x": [[1, 2, 3]]}', signature: TENSOR, kind: "schema_mismatch" },
  ])("refuses $name by the file's name", async ({ text, signature, kind }) => {
    await expect(read(text, signature)).rejects.toThrow(
      expect.objectContaining({ kind, message: expect.stringMatching(/^input example "example.json": /) }),
    );
  });

  it("tells of a file that is not there", async () => {
    await expect(readInputExample(join(folder.path, "nope.json"), NONE)).rejects.toThrow(
      'input example "nope.json": no such file',
    );
  });
});
