import { describe, expect, it } from "vitest";
import { decodeBody, signatureOf } from "../../support/decode-body.js";

const image = signatureOf([{ type: "tensor", name: "x", "tensor-spec": { dtype: "float32", shape: [-1, 2] } }]);
const unnamed = signatureOf([{ type: "tensor", "tensor-spec": { dtype: "int8", shape: [-1, 2] } }]);

describe("a tensor", () => {
  const rows = [
    [1, 2.5],
    [3, 4],
  ];

  it.each([
    { name: "inputs by name", body: { inputs: { x: rows } } },
    { name: "inputs as the only tensor's value", body: { inputs: rows } },
    { name: "instances as rows", body: { instances: rows } },
    { name: "instances by name", body: { instances: rows.map((x) => ({ x })) } },
    {
      name: "a table with lists in its cells",
      body: { dataframe_split: { columns: ["x"], data: rows.map((x) => [x]) } },
    },
  ])("is read from $name", ({ body }) => {
    const { batch } = decodeBody(image, body);
    expect(batch).toEqual({
      kind: "tensors",
      tensors: new Map([["x", { dtype: "float32", shape: [2, 2], data: Float32Array.of(1, 2.5, 3, 4) }]]),
    });
  });

  it("is read from a table of as many columns where it has no name", () => {
    const { batch } = decodeBody(unnamed, {
      dataframe_split: {
        columns: ["a", "b"],
        data: [
          [1, 2],
          [3, 4],
        ],
      },
    });
    expect(batch).toEqual({
      kind: "tensors",
      tensors: new Map([["", { dtype: "int8", shape: [2, 2], data: Int8Array.of(1, 2, 3, 4) }]]),
    });
  });

  it.each([
    {
      name: "a word in one of several columns",
      data: [
        [1, 2],
        [3, "secret"],
      ],
      message: "column 1, row 1: expected int8, got a string that is not one",
    },
    { name: "a word, before another width", data: [[1, 2, "secret"]], message: "column 2, row 0: expected int8" },
    { name: "another width", data: [[1, 2, 3]], message: "expected shape [any, 2], got a table of 3 columns" },
    { name: "lists beside values", data: [[[1], 2]], message: "expected scalar values in a table of several columns" },
    { name: "a word beside lists", data: [[[1], "secret"]], message: "column 1, row 0: expected int8" },
    { name: "no rows", data: { a: [], b: [] }, message: "column 0: the table has no rows" },
    { name: "no columns", data: [], message: "the table is empty" },
  ])("is refused as a table with $name", ({ data, message }) => {
    expect(() => decodeBody(unnamed, { dataframe_split: { data } })).toThrow(message);
  });

  it.each([
    { name: "a missing tensor", body: { inputs: { y: rows } }, message: 'missing tensor "x"' },
    {
      name: "another shape",
      body: { inputs: { x: [[1, 2, 3]] } },
      message: 'tensor "x": expected shape [any, 2], got [1, 3]',
    },
    { name: "another rank", body: { inputs: { x: [1, 2] } }, message: 'tensor "x": expected shape [any, 2], got [2]' },
    {
      name: "lists of unequal length",
      body: { inputs: { x: [[1, 2], [3]] } },
      message: 'inputs["x"][1]: expected a list of 2, got one of 1. All lists of one level need the same length',
    },
    {
      name: "a word",
      body: {
        inputs: {
          x: [
            [1, 2],
            [3, "secret"],
          ],
        },
      },
      message: 'inputs["x"][1][1]: expected float32, got a string that is not one',
    },
    {
      name: "a list of objects",
      body: { inputs: [{ x: 1 }] },
      message: "inputs: expected tensors, got a list of objects",
    },
  ])("is refused with $name", ({ body, message }) => {
    expect(() => decodeBody(image, body)).toThrow(message);
  });

  it("is refused beyond the range of its integers", () => {
    expect(() => decodeBody(unnamed, { inputs: [[1, 128]] })).toThrow(
      "inputs[0][1]: expected int8, got integer (the number is not within -128 to 127)",
    );
  });
});
