import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { checkModel, ONE_ROW } from "../http/request.mjs";
import { CLI, startServer } from "../http/server-process.mjs";
import { quantile, startProbe } from "./probe.mjs";
import { watchMemory } from "./process-tree.mjs";

const MODEL = fileURLToPath(new URL("../../tests/fixtures/models/trees100", import.meta.url));
const SENDER = fileURLToPath(new URL("big-sender.mjs", import.meta.url));
const SMALL_PER_SECOND = 100;

/** Runtimes add the trees up in different orders. */
const TOLERANCE = 1e-5;

/** Where the model runs. */
export const PLACES = [
  { name: "inline", args: ["--isolation", "inline"] },
  { name: "one worker", args: ["--isolation", "process", "--workers", "1"] },
  { name: "two workers", args: ["--isolation", "process", "--workers", "2"] },
];

/**
 * Small requests while large bodies are in the air.
 *
 * @param {{ name: string, args: readonly string[] }} place
 * @param {{ bodies: number, rows: number, folder: string }} options
 */
export async function measureBigBodies({ name, args }, { bodies, rows, folder }) {
  const server = await startServer(
    `big-${name}`,
    [CLI, "serve", MODEL, "--port", "0", "--max-body", "200MB", ...args],
    {
      folder,
      side: "proc",
    },
  );
  try {
    const expected = await checkModel(server.url);
    const sender = fork(SENDER, [server.url, String(bodies), String(rows)], {
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    const ended = once(sender, "exit");
    const [{ bodyBytes }] = await once(sender, "message");
    const memory = watchMemory(server.pid);
    const probe = startProbe(server.url, { body: ONE_ROW, perSecond: SMALL_PER_SECOND });
    const startedAt = performance.now();
    await once(sender, "message");
    const inAirMs = performance.now() - startedAt;
    const small = await probe.stop();
    const peakBytes = memory.stop();
    const [{ answers, expectedSum }] = await once(sender, "message");
    await ended;
    return {
      place: name,
      bodyBytes,
      inAirMs,
      peakBytes,
      ...judge(answers, { rows, expectedSum }),
      ...latencies(small, expected),
    };
  } finally {
    await server.stop();
  }
}

function judge(answers, { rows, expectedSum }) {
  const isRight = (answer) =>
    answer.status === 200 && answer.rows === rows && Math.abs(answer.sum / expectedSum - 1) < TOLERANCE;
  return { bodies: answers.length, right: answers.filter(isRight).length };
}

function latencies(small, expected) {
  const times = small.map(({ ms }) => ms);
  return {
    small: small.length,
    smallRight: small.filter(({ status, text }) => status === 200 && text === expected).length,
    p50: quantile(times, 0.5),
    p99: quantile(times, 0.99),
    slowest: Math.max(...times),
  };
}
