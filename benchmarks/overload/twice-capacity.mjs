import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { CLI, startServer } from "../http/server-process.mjs";
import { largeBody } from "./large-body.mjs";
import { quantile, startProbe } from "./probe.mjs";

const TREES = fileURLToPath(new URL("../../tests/fixtures/models/trees100", import.meta.url));
const BUSY_MS = 10;

/** Models that take some milliseconds for a request, so that one client can ask for more than they can do. */
export const MODELS = [
  {
    name: `a function of ${BUSY_MS} ms in a worker`,
    source: writeBusyFunction,
    args: ["--isolation", "process", "--workers", "1"],
    body: '{"inputs":[1]}',
  },
  {
    name: `a function of ${BUSY_MS} ms, inline`,
    source: writeBusyFunction,
    args: ["--isolation", "inline"],
    body: '{"inputs":[1]}',
  },
  {
    name: "100 trees, 500 rows a request, inline",
    source: () => TREES,
    args: ["--isolation", "inline"],
    // With more than 64 KiB, Linux lets a new connection over loopback wait 200 ms for the rest of it.
    body: largeBody(500).toString(),
  },
];

/** @param {string} folder */
function writeBusyFunction(folder) {
  mkdirSync(join(folder, "busy"), { recursive: true });
  const file = join(folder, "busy", "predict.mjs");
  const wait = `const end = performance.now() + ${BUSY_MS};\n  while (performance.now() < end);`;
  writeFileSync(file, `export default () => {\n  ${wait}\n  return [1];\n};\n`);
  return file;
}

/** Callers that wait for their answer before they ask again: they find out what the server can do. */
const CALLERS = 8;

/**
 * Twice as many requests as a server can answer, whether it answers or not.
 *
 * @param {(typeof MODELS)[number]} model
 * @param {{ seconds: number, folder: string }} options
 */
export async function measureTwiceCapacity({ name, source, args, body }, { seconds, folder }) {
  const all = [CLI, "serve", source(folder), "--port", "0", "--log-level", "error", ...args];
  const server = await startServer(`twice-${args[1]}`, all, { folder, side: "proc" });
  try {
    await findCapacity(server.url, { body, seconds: 1 });
    const capacity = await findCapacity(server.url, { body, seconds });
    const ping = startProbe(new URL("/ping", server.url).href, { perSecond: 20 });
    const load = startProbe(server.url, { body, perSecond: 2 * capacity });
    await sleep(seconds * 1000);
    const [answers, pings] = await Promise.all([load.stop(), ping.stop()]);
    return { model: name, capacity, ...summarize(answers, { capacity, seconds }), pingMs: slowest(pings) };
  } finally {
    await server.stop();
  }
}

/** Requests a second. */
async function findCapacity(url, { body, seconds }) {
  const end = performance.now() + seconds * 1000;
  let answered = 0;
  const caller = async () => {
    while (performance.now() < end) {
      const response = await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body });
      await response.arrayBuffer();
      if (response.status !== 200) throw new Error(`a few callers were refused with ${response.status}`);
      answered++;
    }
  };
  await Promise.all(Array.from({ length: CALLERS }, caller));
  return answered / seconds;
}

function summarize(answers, { capacity, seconds }) {
  const accepted = answers.filter(({ status }) => status === 200).map(({ ms }) => ms);
  const refused = answers.filter(({ status, retryAfter }) => status === 503 && retryAfter !== undefined);
  return {
    sent: answers.length,
    accepted: accepted.length,
    refused: refused.length,
    others: answers.length - accepted.length - refused.length,
    acceptedP99Ms: quantile(accepted, 0.99),
    refusedP99Ms: quantile(
      refused.map(({ ms }) => ms),
      0.99,
    ),
    goodput: accepted.length / seconds / capacity,
  };
}

function slowest(answers) {
  return Math.max(...answers.map(({ status, ms }) => (status === 200 ? ms : Number.POSITIVE_INFINITY)));
}
