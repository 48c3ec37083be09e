import { describe, expect, it } from "vitest";
import { compileEncoder } from "../../../src/codec/encode/predictions.js";
import { type Batch, UNNAMED } from "../../../src/core/batch.js";
import { NOT_A_TIME, type Tensor } from "../../../src/core/tensor.js";

function tensors(entries: Record<string, Tensor>): Batch {
  return { kind: "tensors", tensors: new Map(Object.entries(entries)) };
}

const label: Tensor = { dtype: "int64", shape: [2], data: BigInt64Array.of(7n, -(2n ** 63n)) };
const matrix: Tensor = { dtype: "float64", shape: [2, 2], data: Float64Array.of(0.5, 1, Number.NaN, 2) };

const encodePredictions = compileEncoder();

describe("the encoder of JSON answers", () => {
  it.each<{ name: string; batch: Batch; tableRows?: number; text: string }>([
    {
      name: "tensors as an object of nested lists",
      batch: tensors({ label, matrix }),
      text: '{"label":[7,-9223372036854775808],"matrix":[[0.5,1.0],[null,2.0]]}',
    },
    {
      name: "a table with a record per row, and lists in the cells of a wide output",
      batch: tensors({ label, matrix }),
      tableRows: 2,
      text: '[{"label":7,"matrix":[0.5,1.0]},{"label":-9223372036854775808,"matrix":[null,2.0]}]',
    },
    {
      name: "an output of one value per row as scalars",
      batch: tensors({ y: { dtype: "float32", shape: [2, 1], data: Float32Array.of(0.1, 2) } }),
      tableRows: 2,
      text: '[{"y":0.1},{"y":2.0}]',
    },
    {
      name: "outputs that do not follow the rows, flat, as MLflow does",
      batch: tensors({ y: { dtype: "int32", shape: [1, 3], data: Int32Array.of(1, 2, 3) } }),
      tableRows: 2,
      text: '[{"y":1},{"y":2},{"y":3}]',
    },
    {
      name: "outputs that make no table as they are",
      batch: tensors({ label, total: { dtype: "float64", shape: [], data: Float64Array.of(3) } }),
      tableRows: 2,
      text: '{"label":[7,-9223372036854775808],"total":3.0}',
    },
    {
      name: "a table of no rows",
      batch: tensors({ y: { dtype: "float32", shape: [0, 4], data: new Float32Array() } }),
      tableRows: 0,
      text: "[]",
    },
    { name: "an unnamed tensor bare", batch: tensors({ [UNNAMED]: matrix }), text: "[[0.5,1.0],[null,2.0]]" },
    {
      name: "an empty tensor",
      batch: tensors({ y: { dtype: "bool", shape: [0], data: new Uint8Array() } }),
      text: '{"y":[]}',
    },
    {
      name: "each kind of element",
      batch: tensors({
        bo: { dtype: "bool", shape: [2], data: Uint8Array.of(1, 0) },
        f16: { dtype: "float16", shape: [2], data: Uint16Array.of(0x3e00, 0x7c00) },
        u64: { dtype: "uint64", shape: [1], data: BigUint64Array.of(18446744073709551615n) },
        s: { dtype: "string", shape: [2], data: ['a"é\u0001', "\ud800"] },
        b: { dtype: "binary", shape: [1], data: [Uint8Array.of(104, 105)] },
        t: { dtype: "datetime", shape: [2], data: BigInt64Array.of(1_500_000_000n, NOT_A_TIME) },
        o: {
          dtype: "object",
          shape: [1],
          data: [
            new Map([
              ["10", 0.5],
              ["9", 1],
            ]),
          ],
        },
      }),
      text:
        '{"bo":[true,false],"f16":[1.5,null],"u64":[18446744073709551615],"s":["a\\"é\\u0001","\\ud800"],' +
        '"b":["aGk=\\n"],"t":[1500000000,null],"o":[{"10":0.5,"9":1}]}',
    },
    {
      name: "columns with dates as text",
      batch: {
        kind: "columns",
        rows: 3,
        columns: new Map([["t", { dtype: "datetime", data: BigInt64Array.of(0n, -1_000n, 1_000_000_001n) }]]),
      },
      text: '[{"t":"1970-01-01T00:00:00"},{"t":"1969-12-31T23:59:59.999999"},{"t":"1970-01-01T00:00:01.000000001"}]',
    },
    {
      name: "a value as it is",
      batch: { kind: "value", value: { a: [1, 2n, null, Number.NaN] } },
      text: '{"a":[1,2,null,null]}',
    },
  ])("writes $name", ({ batch, tableRows, text }) => {
    const bytes = encodePredictions(batch, { form: "inputs", tableRows });
    expect(new TextDecoder().decode(bytes)).toBe(`{"predictions":${text}}`);
  });

  it("writes the answer to an unwrapped body bare", () => {
    const bytes = encodePredictions({ kind: "value", value: "hi" }, { form: "unwrapped", tableRows: undefined });
    expect(new TextDecoder().decode(bytes)).toBe('"hi"');
  });

  it("writes NaN and infinities as strings when asked to", () => {
    const values: Tensor = {
      dtype: "float32",
      shape: [3],
      data: Float32Array.of(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
    };
    const encode = compileEncoder({ nonFinite: "string" });
    const bytes = encode(tensors({ values, o: { dtype: "object", shape: [1], data: [[Number.NaN]] } }), {
      form: "inputs",
      tableRows: undefined,
    });
    expect(new TextDecoder().decode(bytes)).toBe(
      '{"predictions":{"values":["NaN","Infinity","-Infinity"],"o":[["NaN"]]}}',
    );
  });

  const circle: unknown[] = [];
  circle.push(circle);
  it.each([
    { name: "undefined", value: undefined },
    { name: "a function", value: () => 1 },
    { name: "a symbol inside", value: [Symbol("x")] },
    { name: "a circle", value: circle },
  ])("refuses $name as a fault of the model", ({ value }) => {
    expect(() => encodePredictions({ kind: "value", value }, { form: "inputs", tableRows: undefined })).toThrow(
      expect.objectContaining({ kind: "model_failed" }),
    );
  });
});
