import { Agent, request } from "node:http";

/**
 * @typedef {object} Answer
 * @property {number} sentAt by `performance.now`
 * @property {number} ms from its sending to the end of its answer; from when it was due, where it was sent later
 * @property {number} status 0 for a connection that was lost
 * @property {string | undefined} retryAfter
 * @property {string} text
 */

/**
 * Sends requests at a steady pace, whatever becomes of those before, and measures each from when it was due.
 *
 * @param {string} url
 * @param {{ body?: string, perSecond: number }} options without a body it is a GET
 */
export function startProbe(url, { body, perSecond }) {
  const agent = new Agent({ keepAlive: true });
  /** @type {Promise<Answer>[]} */
  const sent = [];
  const startedAt = performance.now();
  let due = 0;
  const timer = setInterval(() => {
    while (startedAt + (due * 1000) / perSecond <= performance.now()) {
      sent.push(send(url, { agent, body, dueAt: startedAt + (due * 1000) / perSecond }));
      due++;
    }
  }, 1);
  return {
    /** Sends no more, and gives the answers to all that were sent. */
    async stop() {
      clearInterval(timer);
      const answers = await Promise.all(sent);
      agent.destroy();
      return answers;
    },
  };
}

/**
 * @param {string} url
 * @param {{ agent: Agent, body: string | undefined, dueAt: number }} options
 * @returns {Promise<Answer>}
 */
function send(url, { agent, body, dueAt }) {
  return new Promise((resolve) => {
    const headers = body === undefined ? {} : { "content-type": "application/json", "content-length": body.length };
    const done = (status, retryAfter, text) =>
      resolve({ sentAt: dueAt, ms: performance.now() - dueAt, status, retryAfter, text });
    const outgoing = request(url, { agent, method: body === undefined ? "GET" : "POST", headers }, (incoming) => {
      let text = "";
      incoming.setEncoding("utf8").on("data", (chunk) => {
        text += chunk;
      });
      incoming.on("end", () => done(incoming.statusCode ?? 0, incoming.headers["retry-after"], text));
      incoming.on("error", () => done(0, undefined, ""));
    });
    outgoing.on("error", () => done(0, undefined, ""));
    outgoing.end(body);
  });
}

/** The value below which this share of them lies. @param {readonly number[]} values @param {number} share */
export function quantile(values, share) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
