import autocannon from "autocannon";
import { ONE_ROW } from "./request.mjs";

/**
 * @typedef {object} Load
 * @property {number} requests answered rightly
 * @property {number} seconds
 * @property {number[]} latencies milliseconds of each answer
 * @property {number} clientShare of one core that the client used, 0 to 1
 */

/**
 * Sends a request, that with one row unless another is given, for so many seconds and checks every answer.
 *
 * Latencies are gathered here because autocannon's own histogram counts whole milliseconds.
 *
 * @param {string} url
 * @param {{ connections: number, seconds?: number, amount?: number, expected: string, body?: string }} options
 *   `expected`: the text of the right answer; `amount`: how many requests, instead of how many seconds
 * @returns {Promise<Load>}
 */
export async function runLoad(url, { connections, seconds, amount, expected, body = ONE_ROW }) {
  /** @type {number[]} */
  const latencies = [];
  const cpu = process.cpuUsage();
  const started = performance.now();
  const extent = amount === undefined ? { duration: seconds } : { amount };
  const result = await fire({ url, connections, ...extent, expectBody: expected, body }, (milliseconds) => {
    latencies.push(milliseconds);
  });
  const elapsed = performance.now() - started;
  const { user, system } = process.cpuUsage(cpu);
  const bad = {
    "not 200": result.non2xx,
    wrong: result.mismatches,
    failed: result.errors,
    "timed out": result.timeouts,
  };
  const faults = Object.entries(bad).filter(([, count]) => count > 0);
  if (faults.length > 0)
    throw new Error(`${url}: ${faults.map(([what, count]) => `${count} answers ${what}`).join(", ")}`);
  if (latencies.length === 0) throw new Error(`${url}: no answers`);
  return {
    requests: latencies.length,
    seconds: elapsed / 1000,
    latencies,
    clientShare: (user + system) / 1000 / elapsed,
  };
}

/**
 * @param {{ url: string, connections: number, duration?: number, amount?: number, expectBody: string, body: string }} options
 * @param {(milliseconds: number) => void} onLatency
 * @returns {Promise<import("autocannon").Result>}
 */
function fire(options, onLatency) {
  return new Promise((resolve, reject) => {
    const instance = autocannon(
      { ...options, method: "POST", headers: { "content-type": "application/json" } },
      (error, result) => (error ? reject(error) : resolve(result)),
    );
    instance.on("response", (_client, _status, _bytes, milliseconds) => onLatency(milliseconds));
  });
}
