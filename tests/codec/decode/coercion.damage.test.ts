import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { COERCIONS, type CoercionName } from "../../../src/codec/decode/coercion.js";
import { compileDecoder } from "../../../src/codec/decode/decoder.js";
import { MEDIA_TYPES, type MediaType } from "../../../src/codec/media-types.js";
import type { Call } from "../../../src/core/batch.js";
import { MlserveError } from "../../../src/core/errors.js";
import { parseSignature } from "../../../src/format/signature.js";

/** What a refusal of `safe` that `mlflow` does not share says, and what the body must then hold: no other is allowed. */
const DAMAGES: readonly { readonly reason: RegExp; readonly evidence: RegExp }[] = [
  { reason: /it has a fraction, which would be cut off/, evidence: /\d\.\d*[1-9]|e-\d/ },
  { reason: /the number is not within -?\d+ to \d+/, evidence: /-\d|\d{3}|e\d/ },
  // A text that is none of these and no key of a body; in CSV every cell beside a text is one.
  {
    reason: /any text would become true/,
    evidence: /"(?!(true|1|a|b|inputs|instances|dataframe_\w+|columns|data)?")|^a,b$/m,
  },
  // In CSV a missing cell has other words too, and may be empty.
  { reason: /it would become (false|the text "None")/, evidence: /null|nan|""|^,|,$/im },
  { reason: /expected binary, got a string/, evidence: /"[^"]*[^A-Za-z0-9+/="][^"]*"/ },
  { reason: /as in the longest row, got fewer|cells as in the header, got \d/, evidence: /./ },
  { reason: /the number is beyond the range of the type/, evidence: /e\d|\d{5}/ },
  { reason: /a key stands twice in its object/, evidence: /./ },
];

const SCALARS = ["boolean", "integer", "long", "float", "double", "string", "binary", "datetime"];
const DTYPES = ["bool", "int8", "uint8", "int32", "int64", "uint64", "float16", "float32", "float64", "str", "object"];

const column = (name: string) =>
  fc.record({ type: fc.constantFrom(...SCALARS), name: fc.constant(name), required: fc.boolean() });
const columns = fc.tuple(column("a"), column("b")).map((both) => JSON.stringify(both));
const tensor = (name: string) =>
  fc.record({
    type: fc.constant("tensor"),
    name: fc.constant(name),
    "tensor-spec": fc.record({
      dtype: fc.constantFrom(...DTYPES),
      shape: fc.constantFrom([-1], [-1, 1], [-1, 2]),
    }),
  });
const tensors = fc.tuple(tensor("a"), tensor("b")).map((both) => JSON.stringify(both));

/** JSON texts, since values would lose what is at stake: 1.0, 2^53 + 1, 1e400, NaN. */
const cell = fc.constantFrom(
  ...["null", "true", "false", "0", "1", "-1", "2", "127", "128", "-129", "255", "256", "1.0", "1.5", "-0.25", "1e-3"],
  ...["2147483648", "9007199254740993", "9223372036854775807", "9223372036854775808", "-9223372036854775809"],
  ...["65504", "65520", "1e5", "3.5e38", "1e39", "1e400", "NaN", "Infinity", "-Infinity"],
  ...['"false"', '"true"', '"no"', '"x"', '""', '"0"', '"1"', '"12"', '"1.5"', '"nan"', '"1e400"', '"aGk="', '"aG!k="'],
  ...['"2020-01-02"', '"2020-01-02T03:04:05"', "[]", "[1]", "{}"],
);

/** Most cells of a body are alike, so that many bodies are read at all. */
const cells = fc.tuple(cell, cell, fc.nat({ max: 3 })).map(
  ([usual, other, at]) =>
    (row: number) =>
      row === at ? other : usual,
);
type Cells = (row: number) => string;

const object = (a: string, b: string, twice: boolean): string => `{"a":${a},"b":${b}${twice ? `,"a":${a}` : ""}}`;
const list = (items: readonly string[]): string => `[${items.join(",")}]`;
const rowsOf = (count: number): number[] => Array.from({ length: count }, (_, row) => row);

const FORMS: Readonly<Record<string, (a: Cells, b: Cells, odd: boolean) => string>> = {
  split: (a, b, odd) => {
    const rows = rowsOf(2).map((row) => list(odd && row === 1 ? [a(row)] : [a(row), b(row)]));
    return `{"dataframe_split":{"columns":["a","b"],"data":${list(rows)}}}`;
  },
  records: (a, b, odd) => {
    const rows = rowsOf(2).map((row) => (odd && row === 1 ? `{"a":${a(row)}}` : object(a(row), b(row), false)));
    return `{"dataframe_records":${list(rows)}}`;
  },
  inputs: (a, b, odd) => `{"inputs":${object(list(rowsOf(2).map(a)), list(rowsOf(2).map(b)), odd)}}`,
  nested: (a, b) =>
    `{"inputs":{"a":${list(rowsOf(2).map((row) => `[${a(row)}]`))},"b":${list([list(rowsOf(2).map(b))])}}}`,
  scalars: (a, b, odd) => `{"inputs":${object(a(0), b(0), odd)}}`,
  list: (a) => `{"inputs":${list(rowsOf(2).map(a))}}`,
  objects: (a, b, odd) => `{"inputs":${list(rowsOf(2).map((row) => object(a(row), b(row), odd)))}}`,
  instances: (a, b, odd) => `{"instances":${list(rowsOf(2).map((row) => object(a(row), b(row), odd)))}}`,
};

const jsonBody = fc
  .tuple(fc.constantFrom(...Object.keys(FORMS)), cells, cells, fc.integer({ min: 0, max: 4 }))
  .map(([form, a, b, odd]) => FORMS[form]?.(a, b, odd === 0) ?? "");

const csvBody = fc
  .tuple(cells, cells, fc.integer({ min: 0, max: 4 }))
  .map(([a, b, odd]) =>
    ["a,b", ...rowsOf(2).map((row) => (odd === 0 && row === 1 ? a(row) : `${a(row)},${b(row)}`)), ""].join("\n"),
  );

async function decoded(
  name: CoercionName,
  inputs: string,
  body: string,
  media: MediaType,
): Promise<Call | MlserveError> {
  const decode = compileDecoder(parseSignature({ inputs }), { unsigned: "arrays", coercion: COERCIONS[name] });
  try {
    return await decode(Buffer.from(body), media);
  } catch (error) {
    if (error instanceof MlserveError && error.status === 400) return error;
    throw error;
  }
}

const isRefusal = (result: Call | MlserveError): result is MlserveError => result instanceof MlserveError;

function expectDamage(reason: string, body: string): void {
  const damage = DAMAGES.find((listed) => listed.reason.test(reason));
  expect({ reason, known: damage !== undefined }).toEqual({ reason, known: true });
  expect(body).toMatch(damage?.evidence ?? /(?!)/);
}

describe("what safe refuses and mlflow reads is damage of the list, and nothing else", () => {
  it.each([
    { name: "JSON under columns", signature: columns, body: jsonBody, media: MEDIA_TYPES.json },
    { name: "JSON under tensors", signature: tensors, body: jsonBody, media: MEDIA_TYPES.json },
    { name: "CSV under columns", signature: columns, body: csvBody, media: MEDIA_TYPES.csv },
    { name: "CSV under tensors", signature: tensors, body: csvBody, media: MEDIA_TYPES.csv },
  ])("$name", async ({ signature, body, media }) => {
    const seen = { alike: 0, damaged: 0 };
    const property = fc.asyncProperty(signature, body, async (inputs, text) => {
      const [safe, mlflow] = [await decoded("safe", inputs, text, media), await decoded("mlflow", inputs, text, media)];
      if (isRefusal(mlflow)) {
        expect(isRefusal(safe)).toBe(true);
      } else if (isRefusal(safe)) {
        seen.damaged++;
        expectDamage(safe.message, text);
      } else {
        seen.alike++;
        expect(safe).toEqual(mlflow);
      }
    });
    await fc.assert(property, { numRuns: 4000, seed: 20260102 });
    // The property would hold of bodies that nobody reads.
    expect(seen.alike).toBeGreaterThan(100);
    expect(seen.damaged).toBeGreaterThan(20);
  });
});
