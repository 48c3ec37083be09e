import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { COERCIONS, type Coercion } from "../../../../src/codec/decode/coercion.js";
import { compileJsonDecoder, compileSwiftDecoder } from "../../../../src/codec/decode/compiled/compile-json-decoder.js";
import { compileReferenceDecoder, type Decoder } from "../../../../src/codec/decode/reference.js";
import { type DecodeLimits, OWN_DATA_LIMITS } from "../../../../src/core/decode-limits.js";
import { MlserveError } from "../../../../src/core/errors.js";
import { parseSignature, type Signature } from "../../../../src/format/signature.js";
import { mutations } from "../../../support/mutations.js";
import { signedBodies } from "./bodies.js";

const MODES = [COERCIONS.safe, COERCIONS.mlflow];

/** What a decoder makes of a body: a call, or all that an error says. */
function outcome(decode: Decoder, body: Uint8Array): unknown {
  try {
    return decode(body);
  } catch (error) {
    if (!(error instanceof MlserveError)) throw error;
    return { kind: error.kind, message: error.message, where: error.where, hint: error.hint };
  }
}

function expectAgreement(
  signature: Signature,
  body: Uint8Array,
  coercion: Coercion,
  limits: DecodeLimits = OWN_DATA_LIMITS,
): void {
  const options = { unsigned: "arrays", coercion, limits } as const;
  const compiled = outcome(compileJsonDecoder(signature, options), body);
  expect(compiled).toEqual(outcome(compileReferenceDecoder(signature, options), body));
}

describe("a compiled decoder", () => {
  it.each(MODES)("agrees with the reference decoder on any body, $name", (coercion) => {
    fc.assert(
      fc.property(signedBodies, ({ signature, text }) =>
        expectAgreement(signature, Buffer.from(text, "utf8"), coercion),
      ),
      { numRuns: 3000 },
    );
  });

  it.each(MODES)("agrees on bodies with changed bytes, $name", (coercion) => {
    fc.assert(
      fc.property(signedBodies, fc.integer({ min: 1, max: 1e6 }), ({ signature, text }, seed) => {
        for (const body of mutations(Buffer.from(text, "utf8"), 5, seed)) expectAgreement(signature, body, coercion);
      }),
      { numRuns: 800 },
    );
  });
});

/** So low that bodies of a few rows are beyond them now and then. */
const lowLimits = fc.record({
  maxRows: fc.integer({ min: 1, max: 4 }),
  maxColumns: fc.integer({ min: 0, max: 2 }),
  maxDepth: fc.integer({ min: 1, max: 6 }),
  maxElements: fc.integer({ min: 1, max: 12 }),
  maxStringBytes: fc.integer({ min: 1, max: 20 }),
  // The two need different memory for the same values.
  maxValueBytes: fc.constant(OWN_DATA_LIMITS.maxValueBytes),
});
const LIMIT_NAMES = ["maxRows", "maxColumns", "maxDepth", "maxElements", "maxStringBytes"] as const;

describe("a compiled decoder with low limits", () => {
  it.each(MODES)("agrees with the reference decoder on what is beyond them, $name", (coercion) => {
    fc.assert(
      fc.property(signedBodies, lowLimits, fc.constantFrom(...LIMIT_NAMES), ({ signature, text }, limits, name) => {
        const body = Buffer.from(text, "utf8");
        expectAgreement(signature, body, coercion, limits);
        // One alone, as with all of them hardly a body gets far.
        expectAgreement(signature, body, coercion, { ...OWN_DATA_LIMITS, [name]: limits[name] });
      }),
      { numRuns: 2000 },
    );
  });
});

const flowers = parseSignature({
  inputs: JSON.stringify([
    { name: "length", type: "double" },
    { name: "width", type: "float" },
    { name: "count", type: "long" },
    { name: "kind", type: "string", required: false },
    { name: "day", type: "datetime", required: false },
  ]),
});
const image = parseSignature({
  inputs: JSON.stringify([{ type: "tensor", name: "x", "tensor-spec": { dtype: "float32", shape: [-1, 2, 2] } }]),
});
const table = parseSignature({
  inputs: JSON.stringify([{ type: "tensor", "tensor-spec": { dtype: "float64", shape: [-1, 3] } }]),
});
const pair = parseSignature({
  inputs: JSON.stringify([
    { type: "tensor", name: "a", "tensor-spec": { dtype: "int64", shape: [-1] } },
    { type: "tensor", name: "b", "tensor-spec": { dtype: "bool", shape: [-1, 1] } },
  ]),
});

/** Bodies that must not need the reference decoder: what pandas, numpy and JavaScript clients send. */
const USUAL: readonly { name: string; signature: Signature; body: string }[] = [
  {
    name: "dataframe_split",
    signature: flowers,
    body: '{"dataframe_split":{"columns":["length","width","count","kind"],"data":[[1.5,2,3,"a"],[null,NaN,4.0,null]]}}',
  },
  {
    name: "dataframe_split of pandas, with an index and columns in another order",
    signature: flowers,
    body: '{"dataframe_split": {"index": [0, 10], "columns": ["width", "more", "count", "length"], "data": [[1, "x", 12345678901234567, 0.1], [2, [1], 2, 1e-7]]}}',
  },
  {
    name: "dataframe_records",
    signature: flowers,
    body: '{"dataframe_records":[{"count":1,"length":1,"width":1,"day":"2024-01-02"},{"length":2,"count":-2,"k":{}}],"params":{"x":1}}',
  },
  { name: "inputs of columns", signature: flowers, body: '{"inputs":{"length":[1,2],"width":[1,2],"count":[1,2]}}' },
  { name: "inputs of one row", signature: flowers, body: '{"inputs":{"length":1,"width":Infinity,"count":1}}' },
  {
    name: "instances of records",
    signature: flowers,
    body: '{"instances":[{"length":1,"width":1,"count":1,"kind":"é"}]}',
  },
  { name: "inputs of a tensor", signature: image, body: '{"inputs":[[[1,2],[3,4.123456789012345]]]}' },
  { name: "instances of a tensor", signature: image, body: '\n{"instances": [[[1, 2], [3, 4]]]}\n' },
  { name: "inputs of named tensors", signature: image, body: '{"inputs":{"x":[[[1,2],[3,4]]]}}' },
  {
    name: "instances of rows of tensors",
    signature: image,
    body: '{"instances":[{"x":[[1,2],[3,4]]},{"x":[[1,2],[3,4]]}]}',
  },
  {
    name: "dataframe_split for an unnamed tensor",
    signature: table,
    body: '{"dataframe_split":{"columns":[0,1,2],"data":[[1,2,3],[4,5,6]]}}',
  },
  {
    name: "dataframe_records for tensors",
    signature: pair,
    body: '{"dataframe_records":[{"a":1,"b":true},{"b":false,"a":2}]}',
  },
];

describe("without the reference decoder", () => {
  it.each(USUAL)("reads $name", ({ signature, body }) => {
    const bytes = Buffer.from(body, "utf8");
    const swift = compileSwiftDecoder(signature, {})?.(bytes);
    expect(swift).toBeDefined();
    expect(swift).toEqual(compileReferenceDecoder(signature, { unsigned: "arrays" })(bytes));
  });

  it.each([
    { name: "integers", dtype: "long", value: (i: number) => String(2 ** 40 - 3 ** (i % 30)) },
    { name: "negative integers of 18 digits", dtype: "long", value: (i: number) => String(-(10n ** 17n) - BigInt(i)) },
    { name: "floats of 17 digits", dtype: "double", value: (i: number) => (Math.sin(i) * 10).toPrecision(17) },
    { name: "texts", dtype: "string", value: (i: number) => `"${i}"` },
    { name: "truths", dtype: "boolean", value: (i: number) => String(i % 3 === 0) },
  ])("reads thousands of $name in a column that grows", ({ dtype, value }) => {
    const signature = parseSignature({ inputs: JSON.stringify([{ name: "x", type: dtype }]) });
    const rows = Array.from({ length: 5000 }, (_, i) => `{"x":${value(i)}}`);
    const bytes = Buffer.from(`{"dataframe_records":[${rows.join()}]}`);
    const swift = compileSwiftDecoder(signature, {})?.(bytes);
    expect(swift).toEqual(compileReferenceDecoder(signature, { unsigned: "arrays" })(bytes));
  });

  it.each([
    { name: "a tensor is missing", body: '{"inputs":{"a":[1,2]}}' },
    { name: "a tensor is missing in every row", body: '{"instances":[{"a":1}]}' },
    { name: "a column of a tensor is missing", body: '{"dataframe_split":{"columns":["b"],"data":[[true]]}}' },
  ])("nothing is read where $name", ({ body }) => {
    expect(compileSwiftDecoder(pair, {})?.(Buffer.from(body, "utf8"))).toBeUndefined();
    expectAgreement(pair, Buffer.from(body, "utf8"), COERCIONS.safe);
  });

  it("leaves models without a signature to it", () => {
    expect(compileSwiftDecoder({ inputs: undefined, outputs: undefined, params: undefined }, {})).toBeUndefined();
  });
});
