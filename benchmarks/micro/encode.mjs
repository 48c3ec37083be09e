/**
 * What does writing an answer of 10,000 rows cost, next to JSON.stringify of the same answer?
 *
 *   node benchmarks/micro/encode.mjs [--rounds 21] [--out benchmarks/results/encode.json]
 */
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { importSources } from "../../scripts/import-sources.mjs";
import { describeMachine } from "../http/machine.mjs";
import { markdownTable } from "../http/report.mjs";
import { saveResult } from "../save-result.mjs";
import { takeTurns } from "./turns.mjs";

const [{ compileEncoder }] = await importSources("src/codec/encode/predictions.ts");

const { values: options } = parseArgs({
  options: {
    rounds: { type: "string", default: "21" },
    out: { type: "string", default: fileURLToPath(new URL("../results/encode.json", import.meta.url)) },
  },
});

const ROWS = 10_000;
const wave = (_, i) => Math.sin(i) * 10;
const OUTPUTS = {
  float32: { dtype: "float32", shape: [ROWS, 1], data: Float32Array.from({ length: ROWS }, wave) },
  float64: { dtype: "float64", shape: [ROWS, 1], data: Float64Array.from({ length: ROWS }, wave) },
  int64: { dtype: "int64", shape: [ROWS], data: BigInt64Array.from({ length: ROWS }, (_, i) => BigInt(i % 3)) },
  "float32 x 3": { dtype: "float32", shape: [ROWS, 3], data: Float32Array.from({ length: 3 * ROWS }, wave) },
};
const SHAPES = { records: { form: "dataframe_split", tableRows: ROWS }, "nested lists": { form: "inputs" } };

/** @param {string} name @param {object} tensor @param {object} to */
function measure(name, tensor, to) {
  const encode = compileEncoder();
  const batch = { kind: "tensors", tensors: new Map([["variable", tensor]]) };
  const bytes = encode(batch, to);
  const value = JSON.parse(Buffer.from(bytes).toString());
  console.error(name);
  const times = takeTurns(
    { encoder: () => encode(batch, to), stringify: () => Buffer.from(JSON.stringify(value)) },
    { rounds: Number(options.rounds), milliseconds: 20 },
  );
  return { name, bytes: bytes.length, ...times };
}

const COLUMNS = {
  answer: (row) => row.name,
  kB: (row) => (row.bytes / 1000).toFixed(1),
  "encoder us": (row) => row.encoder.median.toFixed(1),
  "JSON.stringify us": (row) => row.stringify.median.toFixed(1),
  "to JSON.stringify": (row) => `${(row.encoder.median / row.stringify.median).toFixed(2)}x`,
};

const machine = describeMachine();
const rows = Object.entries(OUTPUTS).flatMap(([type, tensor]) =>
  Object.entries(SHAPES).map(([shape, to]) => measure(`${type}, ${shape}`, tensor, to)),
);
await saveResult(options.out, { benchmark: "encode", machine, rows }, [markdownTable(COLUMNS, rows)]);
