import { tableFromIPC } from "apache-arrow";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { COERCIONS } from "../../../../src/codec/decode/coercion.js";
import { compileDecoder } from "../../../../src/codec/decode/decoder.js";
import { encodeArrow } from "../../../../src/codec/encode/arrow/encode-arrow.js";
import { MEDIA_TYPES } from "../../../../src/codec/media-types.js";
import { type Batch, UNNAMED } from "../../../../src/core/batch.js";
import { JsonFloat } from "../../../../src/core/json.js";
import { type Column, NOT_A_TIME, type Tensor } from "../../../../src/core/tensor.js";
import { NO_SIGNATURE } from "../../../../src/format/signature.js";

const toTable = { form: "dataframe_split", tableRows: 2 } as const;
const toTensors = { form: "inputs", tableRows: undefined } as const;

function tensors(...named: readonly [string, Tensor][]): Batch {
  return { kind: "tensors", tensors: new Map(named) };
}

/** Rows as plain values, lists as arrays. */
function rowsOf(batch: Batch, to: Parameters<typeof encodeArrow>[1] = toTable): unknown[] {
  return tableFromIPC(encodeArrow(batch, to))
    .toArray()
    .map((row) => plain(row.toJSON()));
}

function plain(value: unknown): unknown {
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return value;
  if (Symbol.iterator in value && !("toJSON" in value && !("length" in value)))
    return Array.from(value as Iterable<unknown>, plain);
  const json = "toJSON" in value && typeof value.toJSON === "function" ? value.toJSON() : value;
  return Object.fromEntries(Object.entries(json).map(([key, item]) => [key, plain(item)]));
}

const floats: Tensor = { dtype: "float32", shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) };
const labels: Tensor = { dtype: "int64", shape: [2], data: BigInt64Array.of(7n, 8n) };

describe("encodeArrow", () => {
  it("gives tensors of the same rows as columns, with lists where a row has several values", () => {
    expect(rowsOf(tensors(["label", labels], ["p", floats]))).toEqual([
      { label: 7n, p: [1, 2, 3] },
      { label: 8n, p: [4, 5, 6] },
    ]);
  });

  it("keeps every dimension of a tensor", () => {
    const cube: Tensor = { dtype: "int8", shape: [1, 2, 2], data: Int8Array.of(1, 2, 3, 4) };
    expect(rowsOf(tensors([UNNAMED, cube]))).toEqual([
      {
        predictions: [
          [1, 2],
          [3, 4],
        ],
      },
    ]);
  });

  it("gives one value per row as a value to a table, and as a list of one to tensors", () => {
    const column: Tensor = { dtype: "float64", shape: [2, 1], data: Float64Array.of(1.5, 2.5) };
    expect(rowsOf(tensors(["y", column]))).toEqual([{ y: 1.5 }, { y: 2.5 }]);
    expect(rowsOf(tensors(["y", column]), toTensors)).toEqual([{ y: [1.5] }, { y: [2.5] }]);
  });

  it("gives objects as structs, lists, texts and numbers, by what they hold", () => {
    const columns = new Map<string, Column>([
      [
        "zip",
        {
          dtype: "object",
          data: [
            new Map([
              ["a", 0.5],
              ["b", 0.5],
            ]),
            new Map([["a", 1]]),
          ],
        },
      ],
      ["lists", { dtype: "object", data: [["x"], null] }],
      ["numbers", { dtype: "object", data: [new JsonFloat(1), null] }],
      ["integers", { dtype: "object", data: [2n ** 60n, null] }],
      ["flags", { dtype: "object", data: [true, null] }],
      ["bytes", { dtype: "object", data: [Uint8Array.of(1), null] }],
      ["nothing", { dtype: "object", data: [null, null] }],
    ]);
    expect(rowsOf({ kind: "columns", rows: 2, columns })).toEqual([
      {
        zip: { a: 0.5, b: 0.5 },
        lists: ["x"],
        numbers: 1,
        integers: 2n ** 60n,
        flags: true,
        bytes: Uint8Array.of(1),
        nothing: null,
      },
      { zip: { a: 1, b: null }, lists: null, numbers: null, integers: null, flags: null, bytes: null, nothing: null },
    ]);
  });

  it.each([
    {
      name: "records",
      value: [
        { a: 1, b: "x" },
        { a: null, b: "y" },
      ],
      rows: [
        { a: 1, b: "x" },
        { a: null, b: "y" },
      ],
    },
    { name: "numbers", value: [1, 2.5], rows: [{ predictions: 1 }, { predictions: 2.5 }] },
    {
      name: "records with a missing one",
      value: [{ a: 1 }, null],
      rows: [{ predictions: { a: 1 } }, { predictions: null }],
    },
    { name: "nothing", value: [], rows: [] },
  ])("gives a list of $name as rows", ({ value, rows }) => {
    expect(rowsOf({ kind: "value", value })).toEqual(rows);
  });

  it.each<{ name: string; batch: Batch; message: string }>([
    {
      name: "a single value",
      batch: tensors(["y", { dtype: "float32", shape: [], data: Float32Array.of(1) }]),
      message: "a single value instead of rows",
    },
    {
      name: "outputs of different lengths",
      batch: tensors(["p", floats], ["n", { dtype: "int8", shape: [1], data: Int8Array.of(1) }]),
      message: "different numbers of rows",
    },
    {
      name: "lists of nothing",
      batch: tensors(["p", { dtype: "float32", shape: [2, 0], data: new Float32Array() }]),
      message: "lists of no values",
    },
    { name: "an object", batch: { kind: "value", value: { a: 1 } }, message: "a value instead of rows" },
    {
      name: "values of several forms",
      batch: { kind: "value", value: [1, "x"] },
      message: "number and string in one column",
    },
    { name: "a function", batch: { kind: "value", value: [() => 1] }, message: "a value of type function" },
  ])("refuses $name", ({ batch, message }) => {
    expect(() => encodeArrow(batch, toTable)).toThrow(
      expect.objectContaining({ kind: "not_acceptable", status: 406, message: expect.stringContaining(message) }),
    );
  });
});

describe("a batch that is written as Arrow and read again", () => {
  const rows = 3;
  const list = <T>(item: fc.Arbitrary<T>): fc.Arbitrary<T[]> => fc.array(item, { minLength: rows, maxLength: rows });
  const column: fc.Arbitrary<Column> = fc.oneof(
    list(fc.integer({ min: 0, max: 1 })).map((data): Column => ({ dtype: "bool", data: Uint8Array.from(data) })),
    list(fc.integer()).map((data): Column => ({ dtype: "int8", data: Int8Array.from(data) })),
    list(fc.integer()).map((data): Column => ({ dtype: "uint16", data: Uint16Array.from(data) })),
    list(fc.integer()).map((data): Column => ({ dtype: "float16", data: Uint16Array.from(data) })),
    list(fc.bigInt()).map((data): Column => ({ dtype: "int64", data: BigInt64Array.from(data) })),
    list(fc.bigInt()).map((data): Column => ({ dtype: "uint64", data: BigUint64Array.from(data) })),
    list(fc.float()).map((data): Column => ({ dtype: "float32", data: Float32Array.from(data) })),
    list(fc.double()).map((data): Column => ({ dtype: "float64", data: Float64Array.from(data) })),
    list(fc.string({ unit: "grapheme" })).map((data): Column => ({ dtype: "string", data })),
    list(fc.uint8Array()).map((data): Column => ({ dtype: "binary", data })),
    list(fc.option(fc.bigInt({ min: -(2n ** 62n), max: 2n ** 62n }))).map(
      (data): Column => ({ dtype: "datetime", data: BigInt64Array.from(data, (moment) => moment ?? NOT_A_TIME) }),
    ),
    list(fc.string()).map((data): Column => ({ dtype: "object", data: [null, ...data.slice(1)] })),
    list(fc.boolean()).map((data): Column => ({ dtype: "object", data: [null, ...data.slice(1)] })),
  );
  const decode = compileDecoder(NO_SIGNATURE, { unsigned: "arrays", coercion: COERCIONS.safe });

  it("is the same", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.tuple(fc.string({ minLength: 1 }), column), {
          selector: ([name]) => name,
          minLength: 1,
          maxLength: 6,
        }),
        async (named) => {
          const batch: Batch = { kind: "columns", rows, columns: new Map(named) };
          expect((await decode(encodeArrow(batch, toTable), MEDIA_TYPES.arrowStream)).batch).toEqual(batch);
        },
      ),
      { numRuns: 300 },
    );
  });
});
