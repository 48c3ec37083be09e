import { tableFromArrays, tableToIPC } from "apache-arrow";
import { parquetWriteBuffer } from "hyparquet-writer";
import { MEDIA_TYPES, type MediaType } from "../../../src/codec/media-types.js";
import type { DecodeLimits } from "../../../src/core/decode-limits.js";
import { parseSignature, type Signature } from "../../../src/format/signature.js";

const columns = parseSignature({
  inputs: JSON.stringify([
    { name: "x", type: "double" },
    { name: "t", type: "string", required: false },
  ]),
});
const tensor = parseSignature({
  inputs: JSON.stringify([{ type: "tensor", name: "v", "tensor-spec": { dtype: "float32", shape: [-1, 2] } }]),
});
const whole = parseSignature({
  inputs: JSON.stringify([{ type: "tensor", "tensor-spec": { dtype: "float64", shape: [-1, 3] } }]),
});
const texts = parseSignature({ inputs: JSON.stringify([{ name: "x", type: "string" }]) });
const none: Signature = { inputs: undefined, outputs: undefined, params: undefined };

export interface Sent {
  readonly media: MediaType;
  readonly body: Uint8Array;
}

const json = (text: string): Sent => ({ media: MEDIA_TYPES.json, body: Buffer.from(text) });
const csv = (text: string): Sent => ({ media: MEDIA_TYPES.csv, body: Buffer.from(text) });
const parquet = (data: Readonly<Record<string, unknown[]>>): Sent => {
  const columnData = Object.entries(data).map(([name, values]) => ({ name, data: values }));
  return { media: MEDIA_TYPES.parquet, body: new Uint8Array(parquetWriteBuffer({ columnData })) };
};
const arrow = (data: Record<string, Float64Array | string[]>): Sent => ({
  media: MEDIA_TYPES.arrowStream,
  body: tableToIPC(tableFromArrays(data), "stream"),
});

interface Case {
  readonly name: string;
  readonly signature: Signature;
  /** Just within the limit, and just beyond it. */
  readonly within: Sent;
  readonly beyond: Sent;
}

const records = (...rows: string[]): Sent => json(`{"dataframe_records":[${rows.join()}]}`);
const split = (...rows: string[]): Sent => json(`{"dataframe_split":{"columns":["x"],"data":[${rows.join()}]}}`);
const inputs = (text: string): Sent => json(`{"inputs":${text}}`);
const many = (count: number, text: string): string => new Array(count).fill(text).join();

interface LimitCases {
  readonly at: number;
  readonly says: string;
  readonly status: number;
  readonly cases: readonly Case[];
}

/** Of each limit: its value here, what an answer says, and bodies on both sides of it. */
export const LIMIT_CASES: Readonly<Record<keyof DecodeLimits, LimitCases>> = {
  maxRows: {
    at: 2,
    says: "more than 2 rows. Send fewer rows at a time, or raise --max-rows",
    status: 413,
    cases: [
      {
        name: "records",
        signature: columns,
        within: records('{"x":1}', '{"x":1}'),
        beyond: records('{"x":1}', '{"x":1}', '{"x":1}'),
      },
      {
        name: "records that are read by the reference decoder",
        signature: columns,
        within: records('{"x":"1"}', '{"x":1}'),
        beyond: records('{"x":"1"}', '{"x":1}', '{"x":1}'),
      },
      {
        name: "records without a signature",
        signature: none,
        within: records("{}", "{}"),
        beyond: records("{}", "{}", "{}"),
      },
      {
        name: "rows of a split table",
        signature: columns,
        within: split("[1]", "[1]"),
        beyond: split("[1]", "[1]", "[1]"),
      },
      {
        name: "values of a column",
        signature: columns,
        within: inputs('{"x":[1,2]}'),
        beyond: inputs('{"x":[1,2,3]}'),
      },
      {
        name: "rows of a tensor",
        signature: tensor,
        within: inputs('{"v":[[1,2],[1,2]]}'),
        beyond: inputs('{"v":[[1,2],[1,2],[1,2]]}'),
      },
      {
        name: "instances of tensors",
        signature: tensor,
        within: json('{"instances":[{"v":[1,2]},{"v":[1,2]}]}'),
        beyond: json('{"instances":[{"v":[1,2]},{"v":[1,2]},{"v":[1,2]}]}'),
      },
      { name: "CSV", signature: columns, within: csv("x\n1\n2\n"), beyond: csv("x\n1\n2\n3\n") },
      {
        name: "Parquet",
        signature: columns,
        within: parquet({ x: [1.5, 2] }),
        beyond: parquet({ x: [1.5, 2, 3] }),
      },
      {
        name: "Arrow",
        signature: columns,
        within: arrow({ x: Float64Array.of(1, 2) }),
        beyond: arrow({ x: Float64Array.of(1, 2, 3) }),
      },
    ],
  },
  maxColumns: {
    at: 2,
    says: "Send the model's inputs only, or raise --max-columns",
    status: 413,
    cases: [
      {
        name: "keys of a record beside those of the signature",
        signature: columns,
        within: records('{"x":1,"t":"","a":1,"b":1}'),
        beyond: records('{"x":1,"t":"","a":1,"b":1,"c":1}'),
      },
      {
        name: "keys that each stand in a record of their own",
        signature: columns,
        within: records('{"x":1,"a":1}', '{"x":1,"b":1}'),
        beyond: records('{"x":1,"a":1}', '{"x":1,"b":1}', '{"x":1,"c":1}', '{"x":1,"t":"","d":1}'),
      },
      {
        name: "names of a split table",
        signature: columns,
        within: json('{"dataframe_split":{"columns":["x","a","b"],"data":[[1,2,3]]}}'),
        beyond: json('{"dataframe_split":{"columns":["x","a","b","c","d"],"data":[[1,2,3,4,5]]}}'),
      },
      {
        name: "a row without names",
        signature: none,
        within: json('{"dataframe_split":{"data":[[1,2]]}}'),
        beyond: json('{"dataframe_split":{"data":[[1,2,3]]}}'),
      },
      {
        name: "columns for a tensor of three",
        signature: whole,
        within: json('{"dataframe_split":{"data":[[1,2,3]]}}'),
        beyond: json('{"dataframe_split":{"data":[[1,2,3,4,5,6]]}}'),
      },
      { name: "CSV", signature: none, within: csv("a,b\n1,2\n"), beyond: csv("a,b,c\n1,2,3\n") },
      {
        name: "Parquet",
        signature: none,
        within: parquet({ a: [1.5], b: [1.5] }),
        beyond: parquet({ a: [1.5], b: [1.5], c: [1.5] }),
      },
      {
        name: "Arrow",
        signature: none,
        within: arrow({ a: Float64Array.of(1), b: Float64Array.of(1) }),
        beyond: arrow({ a: Float64Array.of(1), b: Float64Array.of(1), c: Float64Array.of(1) }),
      },
    ],
  },
  maxDepth: {
    at: 5,
    says: "nested deeper than 5 levels. Send data that is nested less, or raise --max-depth",
    status: 400,
    cases: [
      {
        name: "a tensor",
        signature: none,
        within: inputs("[[[[1]]]]"),
        beyond: inputs("[[[[[1]]]]]"),
      },
      {
        name: "a column that the signature does not have",
        signature: columns,
        within: records('{"x":1,"a":[{}]}'),
        beyond: records('{"x":1,"a":[[{}]]}'),
      },
    ],
  },
  maxElements: {
    at: 4,
    says: "more than 4 elements in one tensor or list. Send fewer rows at a time, or raise --max-elements",
    status: 413,
    cases: [
      {
        name: "a tensor of the signature",
        signature: tensor,
        within: inputs('{"v":[[1,2],[1,2]]}'),
        beyond: inputs('{"v":[[1,2],[1,2],[1,2]]}'),
      },
      {
        name: "a tensor without a signature",
        signature: none,
        within: inputs("[[1,2],[3,4]]"),
        beyond: inputs("[[1,2,3],[4,5,6]]"),
      },
      {
        name: "values of a column",
        signature: columns,
        within: inputs('{"x":[1,2,3,4]}'),
        beyond: inputs('{"x":[1,2,3,4,5]}'),
      },
    ],
  },
  maxStringBytes: {
    at: 20,
    says: "a text of more than 20 bytes. Send shorter texts, or raise --max-string",
    status: 413,
    cases: [
      {
        name: "a text of a column",
        signature: texts,
        within: split(`["${"a".repeat(20)}"]`),
        beyond: split(`["${"a".repeat(21)}"]`),
      },
      {
        name: "a text of characters with two bytes each",
        signature: texts,
        within: split(`["${"é".repeat(10)}"]`),
        beyond: split(`["${"é".repeat(11)}"]`),
      },
      {
        name: "a text with escapes, as they are written",
        signature: texts,
        within: split(`["${"\\n".repeat(10)}"]`),
        beyond: split(`["${"\\n".repeat(11)}"]`),
      },
      {
        name: "CSV",
        signature: texts,
        within: csv(`x\n${"é".repeat(10)}\n`),
        beyond: csv(`x\n${"é".repeat(11)}\n`),
      },
      {
        name: "Parquet",
        signature: texts,
        within: parquet({ x: ["é".repeat(10)] }),
        beyond: parquet({ x: ["é".repeat(11)] }),
      },
      {
        name: "Arrow",
        signature: texts,
        within: arrow({ x: ["é".repeat(10)] }),
        beyond: arrow({ x: ["é".repeat(11)] }),
      },
    ],
  },
  maxValueBytes: {
    at: 4000,
    says: "values that take more than 4000 bytes in memory. Send fewer rows at a time, or raise --max-values",
    status: 413,
    cases: [
      {
        name: "objects",
        signature: none,
        within: inputs(`{"a":[${many(10, '{"a":1}')}]}`),
        beyond: inputs(`{"a":[${many(20, '{"a":1}')}]}`),
      },
      {
        name: "objects that the signature does not have",
        signature: columns,
        within: records(`{"x":1,"a":[${many(10, '{"a":1}')}]}`),
        beyond: records(`{"x":1,"a":[${many(20, '{"a":1}')}]}`),
      },
      {
        name: "texts",
        signature: none,
        within: inputs(`["${"a".repeat(3000)}"]`),
        beyond: inputs(`["${"a".repeat(4000)}"]`),
      },
      {
        name: "Parquet",
        signature: columns,
        within: parquet({ x: new Array(100).fill(1.5) }),
        beyond: parquet({ x: new Array(1000).fill(1.5) }),
      },
      {
        name: "Arrow",
        signature: columns,
        within: arrow({ x: new Float64Array(100) }),
        beyond: arrow({ x: new Float64Array(1000) }),
      },
    ],
  },
};
