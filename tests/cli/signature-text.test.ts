import { describe, expect, it } from "vitest";
import { formatTensor, formatType, signatureRows, summarizeSchema } from "../../cli/signature-text.js";
import { type ColumnsSchema, type DataType, NO_SIGNATURE, type Schema } from "../../src/format/signature.js";

const long: DataType = { kind: "scalar", type: "long" };
const columns = (count: number, type: DataType = long): ColumnsSchema => ({
  kind: "columns",
  columns: Array.from({ length: count }, (_, i) => ({ name: `c${i}`, type, required: i !== 0 })),
});
const tensor: Schema = { kind: "tensors", tensors: [{ dtype: "float32", shape: [-1, 4] }] };

describe("formatType", () => {
  it.each<readonly [string, DataType]>([
    ["long", long],
    ["array<long>", { kind: "array", items: long }],
    ["map<array<long>>", { kind: "map", values: { kind: "array", items: long } }],
    [
      "object{a: long, b?: any}",
      {
        kind: "object",
        properties: [
          { name: "a", type: long, required: true },
          { name: "b", type: { kind: "any" }, required: false },
        ],
      },
    ],
  ])("writes %s", (text, type) => {
    expect(formatType(type)).toBe(text);
  });
});

describe("formatTensor", () => {
  it.each([
    ["float32[?, 4]", [-1, 4]],
    ["float32[]", []],
  ])("writes %s", (text, shape) => {
    expect(formatTensor({ dtype: "float32", shape })).toBe(text);
  });
});

describe("summarizeSchema", () => {
  it.each<readonly [string, Schema | undefined]>([
    ["c0: long (optional), c1: long", columns(2)],
    ["8 columns of long", columns(8)],
    ["float32[?, 4]", tensor],
    ["anything (the model has no signature for them)", undefined],
  ])("says %j in one line", (text, schema) => {
    expect(summarizeSchema(schema)).toBe(text);
  });

  it("cuts a long list of mixed columns", () => {
    const types: DataType[] = [long, long, long, { kind: "any" }, long];
    const mixed: Schema = { kind: "columns", columns: types.map((type) => ({ type, required: true })) };
    expect(summarizeSchema(mixed)).toBe("long, long, long, any, … (5 in all)");
  });
});

describe("signatureRows", () => {
  it("has a row for each column and parameter", () => {
    const params = [{ name: "k", type: long, default: [1, 2], list: true }];
    expect(signatureRows({ inputs: columns(1), outputs: tensor, params })).toEqual([
      { title: "inputs", rows: [["c0", "long", "optional"]] },
      { title: "outputs", rows: [["the tensor", "float32[?, 4]", ""]] },
      { title: "params", rows: [["k", "array<long>", "default [1,2]"]] },
    ]);
  });

  it("has no rows without a signature", () => {
    expect(signatureRows(NO_SIGNATURE).flatMap(({ rows }) => rows)).toEqual([]);
  });
});
