/**
 * Asks /ping every 10 ms over one connection until it is told to stop, and posts the milliseconds of each answer. A thread of
 * its own, so that what else the client does is not counted.
 */
import { Agent, request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";

const EVERY_MS = 10;
const agent = new Agent({ keepAlive: true, maxSockets: 1 });
const milliseconds = [];
let asking = true;
parentPort?.once("message", () => {
  asking = false;
});

/** @returns {Promise<number>} the status */
function ping() {
  return new Promise((resolve, reject) => {
    const asked = request(workerData.url, { agent }, (response) => {
      response.resume().once("end", () => resolve(response.statusCode ?? 0));
    });
    asked.once("error", reject).end();
  });
}

while (asking) {
  const before = performance.now();
  const status = await ping();
  if (status !== 200) throw new Error(`/ping answered ${status}`);
  milliseconds.push(performance.now() - before);
  await sleep(EVERY_MS);
}
parentPort?.postMessage(milliseconds);
agent.destroy();
