import { afterEach, describe, expect, it } from "vitest";
import { createApp } from "../../../src/serve/app.js";
import { createMetrics } from "../../../src/serve/metrics.js";
import { type RunningServer, startServer } from "../../../src/serve/server.js";
import { rawClient } from "../../support/raw-client.js";
import { sumModel } from "../../support/sum-model.js";

const VALID = '{"inputs":{"a":[1],"b":[2]}}';
const LENGTH = `Content-Length: ${VALID.length}\r\n`;
const CHUNKED = "Transfer-Encoding: chunked\r\n";
let running: RunningServer | undefined;

async function start(): Promise<RunningServer> {
  const app = createApp({ current: sumModel() }, { metrics: createMetrics() });
  running = await startServer({ app, host: "127.0.0.1", port: 0, graceMs: 0 });
  return running;
}

afterEach(async () => await running?.close());

function post(headers: string, body = VALID): string {
  return `POST /invocations HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n${headers}\r\n${body}`;
}

function get(target: string, headers = "", version = "HTTP/1.1"): string {
  return `GET ${target} ${version}\r\nHost: x\r\n${headers}\r\n`;
}

const MALFORMED = { status: 400, message: /^the request is not valid HTTP\/1\.1$/ };
const LONG_HEADERS = { status: 431, message: /^the headers have more than 16384 bytes/ };

/** What proxies and servers have been made to read differently, and what is no HTTP at all. */
const REFUSED = [
  { name: "a length and chunks", sent: post(`${LENGTH}${CHUNKED}`, "0\r\n\r\n"), ...MALFORMED },
  { name: "two lengths", sent: post(`${LENGTH}Content-Length: 3\r\n`), ...MALFORMED },
  { name: "the same length twice", sent: post(`${LENGTH}${LENGTH}`), ...MALFORMED },
  { name: "a list of lengths", sent: post("Content-Length: 28, 28\r\n"), ...MALFORMED },
  { name: "a length with a sign", sent: post("Content-Length: +28\r\n"), ...MALFORMED },
  { name: "a hexadecimal length", sent: post("Content-Length: 0x1c\r\n"), ...MALFORMED },
  { name: "a negative length", sent: post("Content-Length: -1\r\n"), ...MALFORMED },
  { name: "a length beyond all numbers", sent: post(`Content-Length: ${"9".repeat(30)}\r\n`), ...MALFORMED },
  { name: "a folded header", sent: post(`X-A: b\r\n c\r\n${LENGTH}`), ...MALFORMED },
  { name: "a blank before the colon", sent: post(`Content-Length : ${VALID.length}\r\n`), ...MALFORMED },
  { name: "an unknown transfer coding", sent: post("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n"), ...MALFORMED },
  {
    name: "a coding after chunked",
    sent: post("Transfer-Encoding: chunked, identity\r\n", "0\r\n\r\n"),
    ...MALFORMED,
  },
  { name: "chunked twice", sent: post(`${CHUNKED}${CHUNKED}`, "0\r\n\r\n"), ...MALFORMED },
  { name: "a chunk size that is no number", sent: post(CHUNKED, "zz\r\n"), ...MALFORMED },
  { name: "a chunk size beyond all numbers", sent: post(CHUNKED, `${"f".repeat(17)}\r\n`), ...MALFORMED },
  { name: "a chunk longer than it says", sent: post(CHUNKED, "1\r\nab\r\n0\r\n\r\n"), ...MALFORMED },
  { name: "lines that end with a bare line feed", sent: post(LENGTH).replaceAll("\r\n", "\n"), ...MALFORMED },
  { name: "NUL in a header", sent: post(`X-A: a\0b\r\n${LENGTH}`), ...MALFORMED },
  { name: "the start of TLS", sent: Buffer.from("16030100a5010000a1", "hex"), ...MALFORMED },
  { name: "the start of HTTP/2", sent: "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", ...MALFORMED },
  {
    name: "chunks in HTTP/1.0",
    sent: post(CHUNKED, "0\r\n\r\n").replace("HTTP/1.1", "HTTP/1.0"),
    status: 400,
    message: /HTTP\/1\.0 has no chunks/,
  },
  { name: "no Host", sent: "GET /ping HTTP/1.1\r\n\r\n", status: 400, message: /needs a Host/ },
  { name: "two Hosts", sent: get("/ping", "Host: y\r\n"), status: 400, message: /one Host/ },
  { name: "a malformed Host", sent: "GET /ping HTTP/1.1\r\nHost: a b/c\r\n\r\n", status: 400, message: /Host/ },
  { name: "a target without a host", sent: get("http://"), status: 400, message: /target/ },
  {
    name: "a chunk's endless extension",
    sent: post(CHUNKED, `1;${"a".repeat(20_000)}\r\na\r\n0\r\n\r\n`),
    status: 413,
    message: /extensions of a chunk/,
  },
  { name: "a long target", sent: get(`/${"a".repeat(9000)}`), status: 414, message: /more than 8192 characters/ },
  { name: "a target beyond all headers", sent: get(`/${"a".repeat(20_000)}`), status: 414, message: /8192/ },
  { name: "another expectation", sent: post(`Expect: tea\r\n${LENGTH}`), status: 417, message: /Expect/ },
  { name: "a long header", sent: get("/ping", `A: ${"a".repeat(20_000)}\r\n`), ...LONG_HEADERS },
  {
    name: "many headers",
    sent: get("/ping", Array.from({ length: 300 }, (_, at) => `a${at}: b\r\n`).join("")),
    status: 431,
    message: /more than 100 headers/,
  },
  { name: "an unknown method", sent: get("/ping").replace("GET", "BREW"), status: 501, message: /method/ },
  { name: "CONNECT", sent: "CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n", status: 501, message: /method/ },
  { name: "HTTP/0.9", sent: "GET /ping\r\n\r\n", status: 505, message: /HTTP\/1\.1/ },
  { name: "HTTP/2 as a version", sent: get("/ping", "", "HTTP/2.0"), status: 505, message: /HTTP\/1\.1/ },
];

describe("a connection", () => {
  it.each(REFUSED)("with $name is answered $status in JSON, and closed", async ({ sent, status, message }) => {
    const client = await rawClient((await start()).port);
    client.send(sent);
    const answer = await client.next();
    expect(answer).toMatchObject({ status, headers: { connection: "close", "x-content-type-options": "nosniff" } });
    expect(JSON.parse(answer.body)).toEqual({ error_code: "BAD_REQUEST", message: expect.stringMatching(message) });
    await client.closed;
  });

  it.each([
    { name: "the absolute form of a target", sent: get("http://x/ping") },
    { name: "empty lines before a request", sent: `\r\n\r\n${get("/ping")}` },
    { name: "HTTP/1.0 without a Host", sent: "GET /ping HTTP/1.0\r\n\r\n" },
    { name: "a body that nobody asked for", sent: `${get("/ping", "Content-Length: 5\r\n")}hello` },
    { name: "the wish for another protocol", sent: get("/ping", "Connection: Upgrade\r\nUpgrade: websocket\r\n") },
    {
      name: "100,000 chunks of one byte",
      sent: post(CHUNKED, `${"1\r\n \r\n".repeat(1e5)}1c\r\n${VALID}\r\n0\r\n\r\n`),
    },
  ])("with $name is served", async ({ sent }) => {
    const client = await rawClient((await start()).port);
    client.send(sent);
    expect(await client.next()).toMatchObject({ status: 200 });
  });
});
