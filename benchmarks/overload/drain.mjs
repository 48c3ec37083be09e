import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { CLI, startServer } from "../http/server-process.mjs";

const BODY = '{"inputs":[1]}';
const EXPECTED = '{"predictions":[1]}';
/** A model that takes a while, so that requests are in flight when the signal comes. */
const MODEL =
  "export default async () => {\n  await new Promise((resolve) => setTimeout(resolve, 5));\n  return [1];\n};\n";

/**
 * Sends SIGTERM while as many requests are in flight as have been sent in half, and counts what is answered.
 *
 * @param {{ requests: number, folder: string }} options
 */
export async function measureDrain({ requests, folder }) {
  mkdirSync(join(folder, "drained"), { recursive: true });
  const file = join(folder, "drained", "predict.mjs");
  writeFileSync(file, MODEL);
  const args = [CLI, "serve", file, "--port", "0", "--log-level", "error", "--drain-delay", "1s"];
  const server = await startServer("drain", args, { folder, side: "proc" });
  const exchanges = Array.from({ length: requests }, () => begin(server.url, BODY.length));
  await Promise.all(exchanges.map(({ sent }) => sent));
  const [whole, half] = [exchanges.slice(0, requests / 2), exchanges.slice(requests / 2)];
  for (const { outgoing } of whole) outgoing.end(BODY.slice(1));
  const signalAt = performance.now();
  process.kill(server.pid, "SIGTERM");
  const readyStatus = await statusOnceNotReady(new URL("/health/ready", server.url));
  for (const { outgoing } of half) outgoing.end(BODY.slice(1));
  const answers = await Promise.all(exchanges.map(({ answer }) => answer));
  const exitCode = await server.exited;
  const isRight = ({ status, text }) => status === 200 && text === EXPECTED;
  return {
    requests,
    answered: answers.filter(isRight).length,
    closing: answers.filter(({ connection }) => connection === "close").length,
    readyStatus,
    exitCode,
    exitMs: performance.now() - signalAt,
  };
}

/** A request whose head and first byte have been sent. @param {string} url @param {number} length */
function begin(url, length) {
  const headers = { "content-type": "application/json", "content-length": length };
  const outgoing = request(url, { method: "POST", headers, agent: false });
  const sent = once(outgoing, "socket").then(async ([socket]) => {
    if (socket.connecting) await once(socket, "connect");
    await new Promise((resolve) => outgoing.write(BODY[0], resolve));
  });
  return { outgoing, sent, answer: readAnswer(outgoing) };
}

/** @param {import("node:http").ClientRequest} outgoing */
function readAnswer(outgoing) {
  return new Promise((resolve) => {
    outgoing.on("error", () => resolve({ status: 0, connection: undefined, text: "" }));
    outgoing.on("response", async (incoming) => {
      let text = "";
      for await (const chunk of incoming.setEncoding("utf8")) text += chunk;
      resolve({ status: incoming.statusCode, connection: incoming.headers.connection, text });
    });
  });
}

/** The first status of readiness that is not 200; the last one where there is none within the drain delay. */
async function statusOnceNotReady(url) {
  for (let tries = 0; tries < 50; tries++) {
    const { status } = await fetch(url);
    if (status !== 200) return status;
    await sleep(10);
  }
  return 200;
}
