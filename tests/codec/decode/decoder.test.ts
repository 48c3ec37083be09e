import {
  Bool,
  Float32,
  Float64,
  Int32,
  Int64,
  Table,
  TimestampMillisecond,
  tableToIPC,
  Utf8,
  vectorFromArray,
} from "apache-arrow";
import fc from "fast-check";
import { parquetWriteBuffer } from "hyparquet-writer";
import { describe, expect, it } from "vitest";
import { COERCIONS } from "../../../src/codec/decode/coercion.js";
import { isMissing } from "../../../src/codec/decode/csv/missing-words.js";
import { compileDecoder } from "../../../src/codec/decode/decoder.js";
import { MEDIA_TYPES, type MediaType } from "../../../src/codec/media-types.js";
import type { Call } from "../../../src/core/batch.js";
import { NO_SIGNATURE, parseSignature, type Signature } from "../../../src/format/signature.js";

type Cell = boolean | number | bigint | string | null;

interface TableColumn {
  readonly name: string;
  readonly type: keyof typeof TYPES;
  readonly cells: readonly Cell[];
}

/** The column types that every body format can hold, and how each format calls them. */
const TYPES = {
  boolean: { cell: fc.boolean(), parquet: "BOOLEAN", arrow: () => new Bool() },
  integer: { cell: fc.integer(), parquet: "INT32", arrow: () => new Int32() },
  long: { cell: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), parquet: "INT64", arrow: () => new Int64() },
  float: {
    cell: fc.option(fc.float({ noNaN: true, noDefaultInfinity: true })),
    parquet: "FLOAT",
    arrow: () => new Float32(),
  },
  double: {
    cell: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true })),
    parquet: "DOUBLE",
    arrow: () => new Float64(),
  },
  // In CSV some words stand for a missing value, and there is no other way to write them.
  string: {
    cell: fc.option(fc.string({ unit: "grapheme" }).filter((text) => !isMissing(text))),
    parquet: "STRING",
    arrow: () => new Utf8(),
  },
} as const satisfies Record<string, { cell: fc.Arbitrary<Cell>; parquet: string; arrow: () => unknown }>;

const tables: fc.Arbitrary<TableColumn[]> = fc.integer({ min: 1, max: 6 }).chain((rows) =>
  fc.uniqueArray(
    fc
      .tuple(
        fc.string({ unit: "grapheme", minLength: 1, maxLength: 5 }),
        fc.constantFrom(...(Object.keys(TYPES) as (keyof typeof TYPES)[])),
      )
      .chain(([name, type]) =>
        fc.record({
          name: fc.constant(name),
          type: fc.constant(type),
          cells: fc.array<Cell>(TYPES[type].cell, { minLength: rows, maxLength: rows }),
        }),
      ),
    { selector: ({ name }) => name, minLength: 1, maxLength: 5 },
  ),
);

function rowsOf(columns: readonly TableColumn[]): number[] {
  return [...(columns[0]?.cells.keys() ?? [])];
}

function jsonText(cell: Cell | undefined): string {
  return typeof cell === "bigint" ? String(cell) : Object.is(cell, -0) ? "-0.0" : JSON.stringify(cell);
}

function splitBody(columns: readonly TableColumn[]): string {
  const data = rowsOf(columns).map((row) => `[${columns.map(({ cells }) => jsonText(cells[row])).join()}]`);
  return `{"dataframe_split":{"columns":${JSON.stringify(columns.map(({ name }) => name))},"data":[${data.join()}]}}`;
}

function recordsBody(columns: readonly TableColumn[]): string {
  const record = (row: number): string =>
    columns.map(({ name, cells }) => `${JSON.stringify(name)}:${jsonText(cells[row])}`).join();
  return `{"dataframe_records":[${rowsOf(columns)
    .map((row) => `{${record(row)}}`)
    .join()}]}`;
}

function csvBody(columns: readonly TableColumn[]): string {
  const quote = (text: string): string => `"${text.replaceAll('"', '""')}"`;
  const cell = (value: Cell | undefined): string =>
    value === null ? '""' : typeof value === "string" ? quote(value) : Object.is(value, -0) ? "-0.0" : String(value);
  const lines = rowsOf(columns).map((row) => columns.map(({ cells }) => cell(cells[row])).join());
  return [columns.map(({ name }) => quote(name)).join(), ...lines, ""].join("\r\n");
}

function parquetBody(columns: readonly TableColumn[]): Uint8Array {
  return new Uint8Array(
    parquetWriteBuffer({
      columnData: columns.map(({ name, type, cells }) => ({
        name,
        type: TYPES[type].parquet,
        data: [...cells],
        nullable: true,
      })),
    }),
  );
}

function arrowBody(columns: readonly TableColumn[], form: "stream" | "file"): Uint8Array {
  const vectors = columns.map(
    ({ name, type, cells }) => [name, vectorFromArray([...cells], TYPES[type].arrow() as Utf8)] as const,
  );
  return tableToIPC(new Table(Object.assign(Object.create(null), Object.fromEntries(vectors))), form);
}

const BODIES: readonly {
  name: string;
  media: MediaType;
  body: (columns: readonly TableColumn[]) => string | Uint8Array;
}[] = [
  { name: "dataframe_records", media: MEDIA_TYPES.json, body: recordsBody },
  { name: "CSV", media: MEDIA_TYPES.csv, body: csvBody },
  { name: "Parquet", media: MEDIA_TYPES.parquet, body: parquetBody },
  { name: "an Arrow stream", media: MEDIA_TYPES.arrowStream, body: (columns) => arrowBody(columns, "stream") },
  { name: "an Arrow file", media: MEDIA_TYPES.arrowFile, body: (columns) => arrowBody(columns, "file") },
];

function signatureOf(columns: readonly { name: string; type: string }[]): Signature {
  return parseSignature({ inputs: JSON.stringify(columns.map(({ name, type }) => ({ name, type }))) });
}

async function decode(signature: Signature, body: string | Uint8Array, media: MediaType): Promise<Call> {
  const bytes = typeof body === "string" ? Buffer.from(body, "utf8") : body;
  return compileDecoder(signature, { unsigned: "arrays", coercion: COERCIONS.safe })(bytes, media);
}

describe("one table in every body format", () => {
  it.each(BODIES)("gives one batch: dataframe_split and $name", async ({ media, body }) => {
    await fc.assert(
      fc.asyncProperty(tables, async (columns) => {
        const signature = signatureOf(columns);
        const { batch } = await decode(signature, splitBody(columns), MEDIA_TYPES.json);
        expect((await decode(signature, body(columns), media)).batch).toEqual(batch);
      }),
      { numRuns: 150 },
    );
  });

  it.each(BODIES.filter(({ name }) => name !== "CSV"))(
    "gives one batch of dates too: $name",
    async ({ media, body }) => {
      const signature = signatureOf([
        { name: "d", type: "datetime" },
        { name: "x", type: "long" },
      ]);
      const expected = [1_704_164_645_678_000_000n, -1_000_000n];
      const columns = [{ name: "x", type: "long", cells: [1n, 2n] }] as const;
      expect((await decode(signature, withDates(media, body(columns)), media)).batch).toMatchObject({
        columns: new Map([
          ["d", { dtype: "datetime", data: BigInt64Array.from(expected) }],
          ["x", { dtype: "int64", data: BigInt64Array.of(1n, 2n) }],
        ]),
      });
    },
  );
});

/** The same bodies with a column of dates, which every format writes in a way of its own. */
function withDates(media: MediaType, body: string | Uint8Array): string | Uint8Array {
  const moments = [Date.UTC(2024, 0, 2, 3, 4, 5, 678), -1];
  if (typeof body === "string")
    return body
      .replaceAll('{"x":1}', '{"d":"2024-01-02T03:04:05.678","x":1}')
      .replaceAll('{"x":2}', '{"d":"1969-12-31T23:59:59.999","x":2}');
  const dates = moments.map((moment) => new Date(moment));
  if (media === MEDIA_TYPES.parquet) {
    const columnData = [
      { name: "d", data: dates },
      { name: "x", data: [1n, 2n] },
    ];
    return new Uint8Array(
      parquetWriteBuffer({
        columnData,
        schema: [
          { name: "root", num_children: 2 },
          { name: "d", type: "INT64", converted_type: "TIMESTAMP_MILLIS", repetition_type: "OPTIONAL" },
          { name: "x", type: "INT64", repetition_type: "REQUIRED" },
        ],
      }),
    );
  }
  const table = new Table({
    d: vectorFromArray(moments, new TimestampMillisecond()),
    x: vectorFromArray([1n, 2n], new Int64()),
  });
  return tableToIPC(table, media === MEDIA_TYPES.arrowFile ? "file" : "stream");
}

describe("a decoder", () => {
  it.each([
    { name: "CSV", media: MEDIA_TYPES.csv, body: "" },
    { name: "Parquet", media: MEDIA_TYPES.parquet, body: "not parquet" },
    { name: "Parquet of nothing", media: MEDIA_TYPES.parquet, body: "" },
    { name: "Parquet of its mark alone", media: MEDIA_TYPES.parquet, body: "PAR1\0\0\0\0PAR1" },
    { name: "Arrow", media: MEDIA_TYPES.arrowStream, body: "not arrow" },
    { name: "Arrow of nothing", media: MEDIA_TYPES.arrowStream, body: "" },
    { name: "an Arrow file of its mark alone", media: MEDIA_TYPES.arrowFile, body: "ARROW1\0\0" },
  ])("refuses a body that is no $name", async ({ media, body }) => {
    await expect(decode(NO_SIGNATURE, body, media)).rejects.toMatchObject({ kind: "invalid_body", status: 400 });
  });
});
