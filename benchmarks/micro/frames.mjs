/**
 * What does it cost to send a request to a worker process and to read it there, next to copying its bytes?
 *
 *   node benchmarks/micro/frames.mjs [--rounds 21] [--out benchmarks/results/frames.json]
 *
 * Without the pipe between them.
 */
import { Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { importSources } from "../../scripts/import-sources.mjs";
import { describeMachine } from "../http/machine.mjs";
import { markdownTable } from "../http/report.mjs";
import { saveResult } from "../save-result.mjs";
import { takeTurns } from "./turns.mjs";

const [{ FrameReader, FrameWriter }] = await importSources("src/workers/frames.ts");

const { values: options } = parseArgs({
  options: {
    rounds: { type: "string", default: "21" },
    out: { type: "string", default: fileURLToPath(new URL("../results/frames.json", import.meta.url)) },
  },
});
/** What a pipe gives at a time. */
const CHUNK_BYTES = 64 * 1024;

/** @param {number} bytes of each request @param {number} count of requests in a turn of the event loop */
function measure(bytes, count) {
  const payload = Buffer.alloc(bytes, 1);
  let read = 0;
  const reader = new FrameReader((frame) => {
    read += frame.payload.length;
  });
  const stream = new Writable({
    write(chunk, _encoding, done) {
      for (let at = 0; at < chunk.length; at += CHUNK_BYTES) reader.push(chunk.subarray(at, at + CHUNK_BYTES));
      done();
    },
  });
  const writer = new FrameWriter(stream);
  const times = takeTurns(
    {
      frames() {
        const before = read;
        for (let i = 0; i < count; i++) writer.write({ kind: 1, id: i + 1, payload: [payload] });
        writer.flush();
        if (read - before !== bytes * count) throw new Error(`${read - before} bytes came of ${bytes * count}`);
      },
      copy: () => Array.from({ length: count }, () => Buffer.from(payload)),
    },
    { rounds: Number(options.rounds), milliseconds: 20 },
  );
  console.error(`${count} of ${bytes} bytes`);
  return { bytes, count, ...times };
}

const COLUMNS = {
  requests: (row) => String(row.count),
  "bytes each": (row) => row.bytes.toLocaleString("en"),
  "us each": (row) => (row.frames.median / row.count).toFixed(2),
  "copy, us each": (row) => (row.copy.median / row.count).toFixed(2),
  "to a copy": (row) => `${(row.frames.median / row.copy.median).toFixed(2)}x`,
};

const machine = describeMachine();
const rows = [measure(200, 1), measure(200, 32), measure(20_000, 1), measure(1_500_000, 1)];
await saveResult(options.out, { benchmark: "frames", machine, rows }, [markdownTable(COLUMNS, rows)]);
