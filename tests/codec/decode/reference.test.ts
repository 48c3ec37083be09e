import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ColumnsBatch } from "../../../src/core/batch.js";
import { NO_SIGNATURE } from "../../../src/format/signature.js";
import { decodeBody, signatureOf } from "../../support/decode-body.js";

const people = signatureOf([
  { type: "long", name: "age" },
  { type: "double", name: "height" },
  { type: "string", name: "name", required: false },
]);

function table(batch: unknown): unknown {
  const { columns } = batch as ColumnsBatch;
  return Object.fromEntries(Array.from(columns, ([name, { data }]) => [name, Array.from(data as ArrayLike<unknown>)]));
}

describe("a table", () => {
  const expected = { age: [30n, 40n], height: [1.5, Number.NaN], name: ["Ada", null] };

  it.each([
    {
      name: "dataframe_split",
      body: {
        dataframe_split: {
          columns: ["age", "height", "name"],
          data: [
            [30, 1.5, "Ada"],
            [40, null, null],
          ],
        },
      },
    },
    {
      name: "dataframe_split with columns in another order and one too many",
      body: {
        dataframe_split: {
          columns: ["name", "x", "height", "age"],
          data: [
            ["Ada", 0, 1.5, 30],
            [null, 0, null, 40],
          ],
        },
      },
    },
    { name: "dataframe_records", body: { dataframe_records: [{ age: 30, height: 1.5, name: "Ada" }, { age: 40 }] } },
    {
      name: "inputs of columns",
      body: '{"inputs":{"age":[30,40],"height":[1.5,NaN],"name":["Ada","Bob"]}}',
      name2: "Bob",
    },
  ])("is read from $name", ({ body, name2 }) => {
    const names = name2 === undefined ? expected.name : ["Ada", name2];
    expect(table(decodeBody(people, body).batch)).toEqual({ ...expected, name: names });
  });

  it("keeps the order of the signature, and leaves out an optional column that is not there", () => {
    const { batch } = decodeBody(people, { instances: [{ height: 1, age: 2 }] });
    expect([...(batch as ColumnsBatch).columns.keys()]).toEqual(["age", "height"]);
  });

  it("casts texts alike, be they in all objects of a list or not", () => {
    const expected = { age: [1n, 2n], height: [1, 2], name: ["1.5", null] };
    const rows = [
      { age: 1, height: 1, name: 1.5 },
      { age: 2, height: 2 },
    ];
    expect(table(decodeBody(people, { inputs: rows }).batch)).toEqual(expected);
    const twice = [rows[1], rows[0], rows[0]];
    expect(table(decodeBody(people, { inputs: twice }).batch)).toMatchObject({ name: [null, "1.5", "1.5"] });
  });

  it("has rows without a cast of its own for any order of the columns", () => {
    const row = fc.record({
      age: fc.maxSafeInteger(),
      height: fc.double({ noNaN: true, noDefaultInfinity: true }),
      name: fc.string(),
    });
    fc.assert(
      fc.property(
        fc.array(row, { minLength: 1, maxLength: 5 }),
        fc.shuffledSubarray(["age", "height", "name"] as const, { minLength: 3 }),
        (rows, order) => {
          const split = { columns: order, data: rows.map((cells) => order.map((name) => cells[name])) };
          const columns = Object.fromEntries(order.map((name) => [name, rows.map((cells) => cells[name])]));
          const bodies = [
            { dataframe_split: split },
            { dataframe_records: rows },
            { instances: rows },
            { inputs: columns },
            { inputs: rows },
          ];
          const batches = bodies.map((body) => table(decodeBody(people, body).batch));
          for (const batch of batches) expect(batch).toEqual(batches[0]);
          // JSON has no negative zero for an integer, and JSON.stringify none at all.
          expect(batches[0]).toEqual({
            age: rows.map(({ age }) => BigInt(age)),
            height: rows.map(({ height }) => height + 0),
            name: rows.map(({ name }) => name),
          });
        },
      ),
    );
  });

  it.each([
    {
      name: "no form",
      body: {},
      message:
        "expected exactly one of dataframe_split, dataframe_records, inputs, instances in the body, got none of them",
    },
    { name: "two forms", body: { inputs: [], instances: [] }, message: "got inputs and instances" },
    {
      name: "a list as the body",
      body: [],
      message:
        "expected a JSON object with exactly one of dataframe_split, dataframe_records, inputs, instances, got list",
    },
    {
      name: "missing columns",
      body: { dataframe_records: [{ height: 1 }] },
      message: 'missing column "age". The signature requires every one of them',
    },
    { name: "several missing columns", body: { dataframe_records: [] }, message: 'missing columns "age", "height"' },
    {
      name: "a word in a number",
      body: {
        dataframe_records: [
          { age: 1, height: 1 },
          { age: "secret", height: 1 },
        ],
      },
      message: 'column "age", row 1: expected long, got a string that is not one',
    },
    {
      name: "null in an integer",
      body: { dataframe_records: [{ age: null, height: 1 }] },
      message: 'column "age", row 0: expected long, got null',
    },
    {
      name: "a list in a cell",
      body: { dataframe_records: [{ age: 1, height: [1] }] },
      message: 'column "height", row 0: expected double, got list',
    },
    {
      name: "an integer beyond 64 bits",
      body: '{"inputs":{"age":[1,9223372036854775808],"height":[1,2]}}',
      message:
        'inputs["age"][1]: expected long, got integer (the number is not within -9223372036854775808 to 9223372036854775807)',
    },
    {
      name: "uneven columns",
      body: { inputs: { age: [1, 2], height: [1] } },
      message: 'column "height": expected 2 values as in the column before, got 1',
    },
    {
      name: "uneven instances",
      body: { instances: [{ age: 1, height: 1 }, { age: 1 }] },
      message: "instances: expected as many values for each name",
    },
    {
      name: "too few values in all rows",
      body: { dataframe_split: { columns: ["age", "height"], data: [[1], [2]] } },
      message: "dataframe_split.data: expected 2 values in a row as there are columns, got 1",
    },
    {
      name: "a key that dataframe_split does not have",
      body: { dataframe_split: { data: [], rows: 1 } },
      message: 'dataframe_split: expected no other keys than "columns", "data" and "index"',
    },
    {
      name: "dataframe_split without data",
      body: { dataframe_split: { columns: [] } },
      message: 'dataframe_split: expected the key "data"',
    },
    {
      name: "an index of another length",
      body: { dataframe_split: { columns: ["age"], data: [[1]], index: [] } },
      message: "dataframe_split.index: expected 1 entries as there are rows, got 0",
    },
    {
      name: "a column that stands twice",
      body: { dataframe_split: { columns: ["age", "height", "age"], data: [[1, 2, 3]] } },
      message: 'column "age": the column stands twice in the request',
    },
    {
      name: "records that are no objects",
      body: { dataframe_records: [{ age: 1 }, 2] },
      message: "dataframe_records[1]: expected an object as in the first row, got integer",
    },
  ])("is refused with $name", ({ body, message }) => {
    expect(() => decodeBody(people, body)).toThrow(message);
  });
});

describe("without a signature", () => {
  it.each([
    { name: "integers", values: "[1, 2]", dtype: "int64" },
    { name: "floats among integers", values: "[1, 2.0]", dtype: "float64" },
    { name: "booleans", values: "[true, false]", dtype: "bool" },
    { name: "integers from 2^63 up", values: "[9223372036854775808]", dtype: "uint64" },
    { name: "strings among numbers", values: '[1, "a"]', dtype: "string" },
    { name: "null", values: "[1.5, null]", dtype: "object" },
    { name: "nothing", values: "[[]]", dtype: "float64" },
  ])("$name are taken for $dtype, as numpy does", ({ values, dtype }) => {
    const { batch } = decodeBody(NO_SIGNATURE, `{"inputs":{"x":${values}}}`);
    expect(batch).toMatchObject({ kind: "tensors", tensors: new Map([["x", expect.objectContaining({ dtype })]]) });
  });

  it.each([
    { name: "integers", cells: [1, 2], dtype: "int64" },
    { name: "a missing number", cells: [1, null], dtype: "float64" },
    { name: "a missing string", cells: ["a", null], dtype: "object" },
    { name: "booleans among numbers", cells: [true, 1], dtype: "object" },
  ])("a column with $name is taken for $dtype, as pandas does", ({ cells, dtype }) => {
    const { batch } = decodeBody(NO_SIGNATURE, { dataframe_records: cells.map((x) => ({ x })) });
    expect(batch).toMatchObject({ kind: "columns", columns: new Map([["x", expect.objectContaining({ dtype })]]) });
  });
});
