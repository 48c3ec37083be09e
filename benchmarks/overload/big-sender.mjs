/**
 * Sends large bodies at the same time, from a process of its own, and says what came of each: `node big-sender.mjs URL
 * COUNT ROWS`, started with a channel. Tells "sending" when the first bytes leave, and at the end what was answered.
 */
import { request } from "node:http";
import { setPriority } from "node:os";
import { DISTINCT_ROWS, largeBody } from "./large-body.mjs";

const [url, count, rows] = process.argv.slice(2);
// These clients would not take the server's processors from it if they were elsewhere.
setPriority(15);

/** @param {Buffer} body */
function post(body) {
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "application/json", "content-length": body.length };
    const outgoing = request(url, { method: "POST", headers }, async (incoming) => {
      const chunks = [];
      for await (const chunk of incoming) chunks.push(chunk);
      resolve({ status: incoming.statusCode, bytes: Buffer.concat(chunks) });
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

/** Rows and the sum of their predictions. @param {{ status: number, bytes: Buffer }} answer */
function summarize({ status, bytes }) {
  if (status !== 200) return { status, rows: 0, sum: 0 };
  const { predictions } = JSON.parse(bytes.toString());
  return { status, rows: predictions.length, sum: predictions.reduce((sum, { variable }) => sum + variable, 0) };
}

const small = summarize(await post(largeBody(DISTINCT_ROWS)));
const body = largeBody(Number(rows));
const answers = Array.from({ length: Number(count) }, () => post(body));
process.send?.({ kind: "sending", bodyBytes: body.length });
const told = await Promise.all(answers);
process.send?.({ kind: "answered" });
process.send?.({ kind: "told", expectedSum: (small.sum * Number(rows)) / DISTINCT_ROWS, answers: told.map(summarize) });
process.disconnect();
