import { gzipSync } from "node:zlib";
import { descendantsOf, residentBytesOf } from "./process-tree.js";

const DISTINCT_ROWS = 1000;
const COLUMNS = ["f0", "f1", "f2", "f3", "f4", "f5", "f6", "f7"];

/** A body for the fixture trees100: a thousand different rows, again and again. */
export function largeBody(rows: number): Buffer {
  const row = (index: number) => COLUMNS.map((_, i) => Math.round((((index * 8 + i + 1) * 7919) % 40_009) * 1e3) / 1e7);
  const block = Array.from({ length: DISTINCT_ROWS }, (_, index) => JSON.stringify(row(index))).join(",");
  const data = new Array(rows / DISTINCT_ROWS).fill(block).join(",");
  return Buffer.from(`{"dataframe_split":{"columns":${JSON.stringify(COLUMNS)},"data":[${data}]}}`);
}

interface Scored {
  readonly status: number;
  readonly rows: number;
  readonly sum: number;
}

/** Posts a body and sums up what is predicted, without the texts of a million rows in an answer. */
export async function scoreLarge(url: string, body: Buffer, coding?: "gzip"): Promise<Scored> {
  const response = await fetch(`${url}/invocations`, {
    method: "POST",
    headers: { "content-type": "application/json", ...(coding === undefined ? {} : { "content-encoding": coding }) },
    body: new Uint8Array(coding === undefined ? body : gzipSync(body)),
  });
  if (response.status !== 200) return { status: response.status, rows: 0, sum: 0 };
  const { predictions } = (await response.json()) as { predictions: { variable: number }[] };
  return { status: 200, rows: predictions.length, sum: predictions.reduce((sum, { variable }) => sum + variable, 0) };
}

/** What is to come of so many rows, by a thousand of them that are asked for alone. */
export async function expectedOf(url: string, rows: number): Promise<Scored> {
  const { status, sum } = await scoreLarge(url, largeBody(DISTINCT_ROWS));
  return { status, rows, sum: (sum * rows) / DISTINCT_ROWS };
}

/** Asks for single rows until `others` has settled; gives the statuses of all answers, and the most memory seen. */
export async function askMeanwhile(url: string, pid: number, others: Promise<unknown>) {
  let isOver = false;
  void others.then(() => {
    isOver = true;
  });
  const one = JSON.stringify({ dataframe_split: { columns: COLUMNS, data: [[1, 2, 3, 4, 5, 6, 7, 8]] } });
  const statuses = new Map<number, number>();
  let peakBytes = 0;
  while (!isOver) {
    const { status } = await scoreLarge(url, Buffer.from(one));
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
    const pids = [pid, ...descendantsOf(pid)];
    peakBytes = Math.max(
      peakBytes,
      pids.reduce((sum, each) => sum + residentBytesOf(each), 0),
    );
  }
  return { statuses, peakBytes };
}
