/**
 * What does decoding a JSON body cost, next to JSON.parse on the same bytes?
 *
 *   node benchmarks/micro/decode.mjs [--rounds 21] [--out benchmarks/results/decode.json]
 */
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { importSources } from "../../scripts/import-sources.mjs";
import { describeMachine } from "../http/machine.mjs";
import { markdownTable } from "../http/report.mjs";
import { saveResult } from "../save-result.mjs";
import { imageBody, recordsBody, splitBody } from "./bodies.mjs";
import { takeTurns } from "./turns.mjs";

const [{ compileJsonDecoder }, { compileReferenceDecoder }, { parseSignature }] = await importSources(
  "src/codec/decode/compiled/compile-json-decoder.ts",
  "src/codec/decode/reference.ts",
  "src/format/signature.ts",
);

const { values: options } = parseArgs({
  options: {
    rounds: { type: "string", default: "21" },
    out: { type: "string", default: fileURLToPath(new URL("../results/decode.json", import.meta.url)) },
  },
});

const DIGITS = ["6 decimals", "17 digits"];
const CASES = DIGITS.flatMap((digits) => [
  { name: `dataframe_split, 10,000 x 8, ${digits}`, ...splitBody(10_000, 8, digits) },
  { name: `dataframe_records, 10,000 x 8, ${digits}`, ...recordsBody(10_000, 8, digits) },
  { name: `inputs, 1 x 3 x 224 x 224, ${digits}`, ...imageBody(digits) },
  { name: `dataframe_split, 1 x 8, ${digits}`, ...splitBody(1, 8, digits) },
  { name: `dataframe_split, 1 x 30, ${digits}`, ...splitBody(1, 30, digits) },
  { name: `dataframe_records, 1 x 30, ${digits}`, ...recordsBody(1, 30, digits) },
]);

/** @param {{ name: string, signature: object, text: string }} body */
function measure({ name, signature, text }) {
  const bytes = Buffer.from(text);
  const parsed = parseSignature(signature);
  const compiled = compileJsonDecoder(parsed, { unsigned: "arrays" });
  const reference = compileReferenceDecoder(parsed, { unsigned: "arrays" });
  const times = takeTurns(
    {
      compiled: () => compiled(bytes),
      reference: () => reference(bytes),
      parse: () => JSON.parse(bytes.toString()),
    },
    { rounds: Number(options.rounds), milliseconds: 20 },
  );
  console.error(name);
  return { name, bytes: bytes.length, ...times };
}

const COLUMNS = {
  body: (row) => row.name,
  kB: (row) => (row.bytes / 1000).toFixed(1),
  "decoder us": (row) => row.compiled.median.toFixed(1),
  "JSON.parse us": (row) => row.parse.median.toFixed(1),
  "to JSON.parse": (row) => `${(row.compiled.median / row.parse.median).toFixed(2)}x`,
  "reference to JSON.parse": (row) => `${(row.reference.median / row.parse.median).toFixed(2)}x`,
};

const machine = describeMachine();
const rows = CASES.map(measure);
await saveResult(options.out, { benchmark: "decode", machine, rows }, [markdownTable(COLUMNS, rows)]);
