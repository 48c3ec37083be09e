/**
 * What does it cost to put rows of several requests into one batch and to take the answers apart, next to decoding them?
 *
 *   node benchmarks/micro/joining.mjs [--rounds 21] [--out benchmarks/results/joining.json]
 */
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { importSources } from "../../scripts/import-sources.mjs";
import { describeMachine } from "../http/machine.mjs";
import { markdownTable } from "../http/report.mjs";
import { saveResult } from "../save-result.mjs";
import { splitBody } from "./bodies.mjs";
import { takeTurns } from "./turns.mjs";

const [{ compileJsonDecoder }, { parseSignature }, { compileRowSlices, joinBatches }] = await importSources(
  "src/codec/decode/compiled/compile-json-decoder.ts",
  "src/format/signature.ts",
  "src/core/join-batches.ts",
);

const { values: options } = parseArgs({
  options: {
    rounds: { type: "string", default: "21" },
    out: { type: "string", default: fileURLToPath(new URL("../results/joining.json", import.meta.url)) },
  },
});

/** @param {number} requests of one row of 8 columns each */
function measure(requests) {
  const { signature, text } = splitBody(1, 8, "6 decimals");
  const decode = compileJsonDecoder(parseSignature(signature), { unsigned: "arrays" });
  const bodies = Array.from({ length: requests }, () => Buffer.from(text));
  const batches = bodies.map((body) => decode(body).batch);
  const outputs = {
    kind: "tensors",
    tensors: new Map([
      ["variable", { dtype: "float32", shape: [requests, 1], data: Float32Array.from({ length: requests }, Math.sin) }],
    ]),
  };
  const joined = joinBatches(batches);
  if (joined.rows !== requests) throw new Error(`${joined.rows} rows were joined`);
  const times = takeTurns(
    {
      decode: () => bodies.map((body) => decode(body)),
      join: () => joinBatches(batches),
      split() {
        const slice = compileRowSlices(outputs, requests);
        return batches.map((_, i) => slice(i, 1));
      },
    },
    { rounds: Number(options.rounds), milliseconds: 20 },
  );
  console.error(`${requests} requests`);
  return { requests, ...times };
}

const share = (row) => (row.join.median + row.split.median) / row.decode.median;
const COLUMNS = {
  requests: (row) => String(row.requests),
  "decode them, us": (row) => row.decode.median.toFixed(1),
  "join, us": (row) => row.join.median.toFixed(1),
  "take apart, us": (row) => row.split.median.toFixed(1),
  "joining to decoding": (row) => `${share(row).toFixed(2)}x`,
};

const machine = describeMachine();
const rows = [2, 8, 32, 128].map(measure);
await saveResult(options.out, { benchmark: "joining", machine, rows }, [markdownTable(COLUMNS, rows)]);
