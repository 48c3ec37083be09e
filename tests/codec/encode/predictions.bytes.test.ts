import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { NumberStyle } from "../../../src/codec/encode/number-style.js";
import { compileEncoder } from "../../../src/codec/encode/predictions.js";
import type { Batch, BodyForm } from "../../../src/core/batch.js";
import { type Column, type DType, elementCount, NOT_A_TIME, type Tensor } from "../../../src/core/tensor.js";
import { compileTextEncoder } from "./text-encoder.js";

const float = fc.oneof(
  fc.double(),
  fc.float(),
  fc.integer().map((value) => value / 1000),
  fc.constantFrom(-0, 0, 1e16, 1e-5, 123456),
);

/** Elements of each type, as many as are asked for. */
const DATA: { readonly [D in DType]: (length: number) => fc.Arbitrary<Column["data"]> } = {
  bool: (length) => typed(fc.constantFrom(0, 1), length, Uint8Array),
  int8: (length) => typed(fc.integer(), length, Int8Array),
  int16: (length) => typed(fc.integer(), length, Int16Array),
  int32: (length) => typed(fc.integer(), length, Int32Array),
  uint8: (length) => typed(fc.integer(), length, Uint8Array),
  uint16: (length) => typed(fc.integer(), length, Uint16Array),
  uint32: (length) => typed(fc.integer(), length, Uint32Array),
  int64: (length) =>
    many(fc.oneof(fc.bigInt({ min: -300n, max: 300n }), fc.bigInt()), length).map((list) => BigInt64Array.from(list)),
  uint64: (length) =>
    many(fc.oneof(fc.bigInt({ min: 0n, max: 300n }), fc.bigInt()), length).map((list) => BigUint64Array.from(list)),
  float16: (length) => typed(fc.integer({ min: 0, max: 65535 }), length, Uint16Array),
  float32: (length) => typed(float, length, Float32Array),
  float64: (length) => typed(float, length, Float64Array),
  string: (length) => many(fc.string({ unit: "binary" }), length),
  binary: (length) => many(fc.uint8Array(), length),
  datetime: (length) =>
    many(fc.oneof(fc.constant(NOT_A_TIME), fc.bigInt({ min: 0n, max: 2n ** 62n })), length).map((list) =>
      BigInt64Array.from(list),
    ),
  object: (length) => many(fc.oneof(fc.string(), fc.double(), fc.constant(null), fc.array(fc.integer())), length),
};

function many<T>(item: fc.Arbitrary<T>, length: number): fc.Arbitrary<T[]> {
  return fc.array(item, { minLength: length, maxLength: length });
}

function typed<A>(item: fc.Arbitrary<number>, length: number, Class: { from(list: number[]): A }): fc.Arbitrary<A> {
  return many(item, length).map((list) => Class.from(list));
}

const dtypes = fc.constantFrom(...(Object.keys(DATA) as DType[]));
const name = fc.string({ unit: "grapheme", maxLength: 8 });

/** The table of types pairs each dtype with its data. */
const tensor = (rows: number): fc.Arbitrary<Tensor> =>
  fc
    .tuple(dtypes, fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 2 }), fc.boolean())
    .chain(([dtype, inner, scalar]) => {
      const shape = scalar ? [] : [rows, ...inner];
      return DATA[dtype](elementCount(shape)).map((data) => ({ dtype, shape, data }) as Tensor);
    });

const rowsOf = fc.integer({ min: 0, max: 4 });

const batches: fc.Arbitrary<Batch> = fc.oneof(
  rowsOf.chain((rows) =>
    fc
      .array(fc.tuple(fc.oneof(fc.constant(""), name), tensor(rows)), { minLength: 1, maxLength: 3 })
      .map((outputs): Batch => ({ kind: "tensors", tensors: new Map(outputs) })),
  ),
  rowsOf.chain((rows) =>
    fc
      .array(
        fc.tuple(
          name,
          dtypes.chain((dtype) => DATA[dtype](rows).map((data) => ({ dtype, data }) as Column)),
        ),
        { maxLength: 3 },
      )
      .map((columns): Batch => ({ kind: "columns", rows, columns: new Map(columns) })),
  ),
  fc.jsonValue().map((value): Batch => ({ kind: "value", value })),
);

const STYLES: readonly NumberStyle[] = [{}, { float32: "widened" }, { nonFinite: "string" }];

describe("the bytes of an answer", () => {
  it.each(STYLES)("are those of its text, with %o", (style) => {
    const [bytes, text] = [compileEncoder(style), compileTextEncoder(style)];
    const forms = fc.constantFrom<BodyForm>("inputs", "dataframe_split", "unwrapped");
    fc.assert(
      fc.property(batches, forms, fc.option(rowsOf, { nil: undefined }), (batch, form, tableRows) => {
        const to = { form, tableRows };
        expect(Buffer.from(bytes(batch, to)).toString()).toBe(Buffer.from(text(batch, to)).toString());
      }),
      { numRuns: 3000 },
    );
  });

  it("are right for many rows too", () => {
    const data = Float32Array.from({ length: 20_000 }, (_, i) => Math.sin(i) * 10 ** ((i % 40) - 20));
    const batch: Batch = {
      kind: "tensors",
      tensors: new Map([["näme", { dtype: "float32", shape: [20_000, 1], data }]]),
    };
    const to = { form: "dataframe_split", tableRows: 20_000 } as const;
    expect(Buffer.from(compileEncoder()(batch, to)).equals(Buffer.from(compileTextEncoder()(batch, to)))).toBe(true);
  });
});
