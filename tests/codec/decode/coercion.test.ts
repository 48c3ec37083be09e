import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { COERCION_DIFFERENCES, COERCIONS } from "../../../src/codec/decode/coercion.js";
import { compileReferenceDecoder } from "../../../src/codec/decode/reference.js";
import type { Batch } from "../../../src/core/batch.js";
import { parseSignature } from "../../../src/format/signature.js";

function decoders(type: string) {
  const signature = parseSignature({ inputs: JSON.stringify([{ type, name: "x" }]) });
  const compile = (name: keyof typeof COERCIONS) =>
    compileReferenceDecoder(signature, { unsigned: "arrays", coercion: COERCIONS[name] });
  return { safe: compile("safe"), mlflow: compile("mlflow") };
}

function values(batch: Batch): unknown[] {
  if (batch.kind !== "columns") throw new Error("the signature has columns");
  return Array.from(batch.columns.get("x")?.data ?? []);
}

const records = (cell: string): string => `{"dataframe_records":[{"x":${cell}}]}`;
const inputs = (value: string): string => `{"inputs":{"x":[${value}]}}`;

/** `damage` is the row of COERCION_DIFFERENCES that a case shows. */
const DAMAGES = [
  {
    damage: 0,
    type: "long",
    body: records("1.5"),
    mlflow: [1n],
    safe: 'column "x", row 0: expected long, got float (it has a fraction, which would be cut off)',
  },
  {
    damage: 0,
    type: "integer",
    body: inputs("-2.7"),
    mlflow: [-2],
    safe: 'inputs["x"][0]: expected integer, got float (it has a fraction, which would be cut off)',
  },
  {
    damage: 1,
    type: "integer",
    body: records("4294967297"),
    mlflow: [1],
    safe: "the number is not within -2147483648 to 2147483647",
  },
  {
    damage: 1,
    type: "long",
    body: records("9223372036854775808"),
    mlflow: [-(2n ** 63n)],
    safe: "the number is not within -9223372036854775808 to 9223372036854775807",
  },
  {
    damage: 2,
    type: "boolean",
    body: records('"false"'),
    mlflow: [1],
    safe: "expected boolean, got a string that is not one (any text would become true)",
  },
  { damage: 2, type: "boolean", body: inputs('"no"'), mlflow: [1], safe: "any text would become true" },
  {
    damage: 3,
    type: "boolean",
    body: records("null"),
    mlflow: [0],
    safe: "expected boolean, got null (it would become false)",
  },
  {
    damage: 4,
    type: "binary",
    body: records('"aG!k="'),
    mlflow: [Uint8Array.of(104, 105)],
    safe: "expected binary, got a string that is not one",
  },
  { damage: 5, type: "string", body: inputs("null"), mlflow: ["None"], safe: 'it would become the text "None"' },
  {
    damage: 6,
    type: "double",
    body: '{"dataframe_split":{"columns":["y","x"],"data":[[1,2],[3]]}}',
    mlflow: [2, Number.NaN],
    safe: "dataframe_split.data[1]: expected 2 values as in the longest row, got fewer",
  },
  {
    damage: 7,
    type: "float",
    body: records("1e39"),
    mlflow: [Number.POSITIVE_INFINITY],
    safe: "the number is beyond the range of the type",
  },
  {
    damage: 7,
    type: "double",
    body: inputs('"1e400"'),
    mlflow: [Number.POSITIVE_INFINITY],
    safe: "the number is beyond the range of the type",
  },
  {
    damage: 7,
    type: "double",
    body: records("-1e400"),
    mlflow: [Number.NEGATIVE_INFINITY],
    safe: "the number is beyond the range of the type",
  },
  {
    damage: 8,
    type: "double",
    body: '{"dataframe_records":[{"x":1,"x":2}]}',
    mlflow: [2],
    safe: "line 1, column 33: a key stands twice in its object",
  },
];

describe("safe coercion refuses what MLflow damages", () => {
  it.each(DAMAGES)("$type: $body", ({ type, body, mlflow, safe }) => {
    const decode = decoders(type);
    expect(values(decode.mlflow(Buffer.from(body)).batch)).toEqual(mlflow);
    expect(() => decode.safe(Buffer.from(body))).toThrow(safe);
  });

  it("in each of the ways that its list has, and in no other", () => {
    const tried = [...new Set(DAMAGES.map(({ damage }) => damage))].sort();
    expect(tried).toEqual([...COERCION_DIFFERENCES.keys()]);
  });

  it("and the documentation lists the same, in the same words", () => {
    const page = readFileSync(join(import.meta.dirname, "../../../docs/compatibility.md"), "utf8");
    const section = page.split("\n## ").find((text) => text.startsWith("Safe and MLflow coercion")) ?? "";
    const rows = section.split("\n").filter((line) => line.startsWith("| ") && line.endsWith(" | 400 |"));
    expect(rows).toEqual(COERCION_DIFFERENCES.map(({ damage, mlflow }) => `| ${damage} | ${mlflow} | 400 |`));
  });
});

describe("base64 with padding where none is due", () => {
  // What Python's `base64.decodebytes` gives; undefined where it raises.
  it.each([
    { text: "QUJD=QUJD", bytes: "ABCABC" },
    { text: "QQ=QQ", bytes: "A\x04\x10" },
    { text: "QQ=QQQ=Q", bytes: undefined },
    { text: "QQ==QQ", bytes: "A" },
    { text: "=QUJD", bytes: "ABC" },
    { text: "QU=JD", bytes: "ABC" },
    { text: "QUJ=D", bytes: "AB" },
    { text: "QU=J=", bytes: "AB" },
    { text: "====", bytes: "" },
    { text: "QUJD====", bytes: "ABC" },
    { text: "QUJDQ", bytes: undefined },
    { text: "QQ=", bytes: undefined },
  ])("$text is read as Python reads it", ({ text, bytes }) => {
    const { mlflow } = decoders("binary");
    const read = (): unknown => values(mlflow(Buffer.from(records(JSON.stringify(text)))).batch)[0];
    if (bytes === undefined) expect(read).toThrow('column "x", row 0: expected binary');
    else expect(read()).toEqual(new Uint8Array(Buffer.from(bytes, "latin1")));
  });
});

describe("truth in a table", () => {
  it.each([
    { cells: "[1],[null]", mlflow: [1, 1] },
    { cells: '["x"],[null]', mlflow: [1, 1] },
    { cells: "[true],[null]", mlflow: [1, 0] },
    { cells: '[1],["x"],[null]', mlflow: [1, 1, 0] },
    { cells: "[null],[null]", mlflow: [0, 0] },
  ])("of null is what pandas makes of it in mode mlflow: $cells", ({ cells, mlflow }) => {
    const body = `{"dataframe_split":{"columns":["x"],"data":[${cells}]}}`;
    expect(values(decoders("boolean").mlflow(Buffer.from(body)).batch)).toEqual(mlflow);
  });
});

describe("safe coercion reads the same as MLflow", () => {
  it.each([
    { type: "long", body: records("3.0"), expected: [3n] },
    { type: "long", body: records('"12"'), expected: [12n] },
    { type: "long", body: records("true"), expected: [1n] },
    { type: "double", body: inputs("1"), expected: [1] },
    { type: "double", body: records("Infinity"), expected: [Number.POSITIVE_INFINITY] },
    { type: "double", body: records('" 1_000.5 "'), expected: [1000.5] },
    { type: "float", body: records("null"), expected: [Number.NaN] },
    { type: "boolean", body: records('"True"'), expected: [1] },
    { type: "boolean", body: inputs("2"), expected: [1] },
    { type: "binary", body: records('"aGVs\\nbG8="'), expected: [new Uint8Array(Buffer.from("hello"))] },
    { type: "string", body: records("null"), expected: [null] },
    { type: "string", body: inputs("1.0"), expected: ["1.0"] },
  ])("$type: $body", ({ type, body, expected }) => {
    const decode = decoders(type);
    expect(values(decode.safe(Buffer.from(body)).batch)).toEqual(expected);
    expect(values(decode.mlflow(Buffer.from(body)).batch)).toEqual(expected);
  });
});
