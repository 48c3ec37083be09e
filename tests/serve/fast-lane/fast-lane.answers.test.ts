import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { connect as connectTls } from "node:tls";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type App, createApp } from "../../../src/serve/app.js";
import { createMetrics } from "../../../src/serve/metrics.js";
import { type RunningServer, type ServerOptions, startServer } from "../../../src/serve/server.js";
import { sumModel } from "../../support/sum-model.js";

const FIXTURES = join(import.meta.dirname, "../../fixtures/tls");
const TLS = { cert: join(FIXTURES, "first.crt"), key: join(FIXTURES, "first.key") };

/** Requests that came as far as the app, by the server that they were sent to: the lane's do not. */
const seen = { lane: 0, node: 0 };
let servers: Readonly<Record<"lane" | "node" | "laneTls" | "nodeTls", RunningServer>>;

/** An app that is served with or without its way for the lane. */
function toApp(name: "lane" | "node"): Pick<App, "direct" | "fetch"> {
  const app = createApp({ current: sumModel() }, { metrics: createMetrics(), maxBodyBytes: 100_000 });
  const fetch: App["fetch"] = (...given) => {
    seen[name]++;
    return app.fetch(...given);
  };
  return { fetch, ...(name === "lane" && app.direct ? { direct: app.direct } : {}) };
}

beforeAll(async () => {
  const start = (name: "lane" | "node", more: Partial<ServerOptions> = {}): Promise<RunningServer> =>
    startServer({ app: toApp(name) as App, host: "127.0.0.1", port: 0, graceMs: 0, ...more });
  servers = {
    lane: await start("lane"),
    node: await start("node"),
    laneTls: await start("lane", { tls: TLS }),
    nodeTls: await start("node", { tls: TLS }),
  };
});
afterAll(() => Promise.all(Object.values(servers).map((server) => server.close())));

/** What is written at once; then a turn of the event loop passes. */
type Pieces = readonly Buffer[];

/** Sends each request when all before it are answered, and gives all that came back. */
async function converse(socket: Socket, requests: readonly Pieces[]): Promise<string> {
  let received = "";
  let isOver = false;
  let wake = (): void => {};
  const news = (): Promise<void> =>
    new Promise((resolve) => {
      wake = resolve;
    });
  const end = (): void => {
    isOver = true;
    wake();
  };
  socket.on("data", (chunk: Buffer) => {
    received += chunk.toString("latin1");
    wake();
  });
  socket.on("end", end).on("close", end).on("error", end);
  for (const [at, pieces] of requests.entries()) {
    for (const piece of pieces) {
      if (isOver) break;
      socket.write(piece);
      await new Promise((resolve) => setImmediate(resolve));
    }
    while (!isOver && countAnswers(received) <= at) {
      if (at === requests.length - 1 && !socket.writableEnded) socket.end();
      await news();
    }
  }
  if (!socket.writableEnded) socket.end();
  while (!isOver) await news();
  socket.destroy();
  return comparable(received);
}

function countAnswers(text: string): number {
  let count = 0;
  for (let at = 0; ; count++) {
    const head = text.indexOf("\r\n\r\n", at);
    if (head < 0) return count;
    at = head + 4 + Number(/content-length: (\d+)/i.exec(text.slice(at, head))?.[1] ?? 0);
    if (at > text.length) return count;
  }
}

/** Without times, and without ids that the server has made. Interim answers depend on when the client's end is seen. */
function comparable(text: string): string {
  return text
    .replaceAll(/Date: [^\r]*/g, "Date: -")
    .replaceAll(/x-request-id: [0-9a-f-]{36}/g, "x-request-id: -")
    .replaceAll("HTTP/1.1 100 Continue\r\n\r\n", "");
}

async function ask(name: keyof typeof servers, requests: readonly Pieces[]): Promise<string> {
  const at = { port: servers[name].port, host: "127.0.0.1" };
  const socket = name.endsWith("Tls") ? connectTls({ ...at, rejectUnauthorized: false }) : connect({ ...at });
  socket.setNoDelay(true);
  await once(socket, name.endsWith("Tls") ? "secureConnect" : "connect");
  return await converse(socket, requests);
}

const ROW = '{"inputs":{"a":[1],"b":[2]}}';

interface Parts {
  readonly line?: string;
  readonly headers?: readonly string[];
  readonly body?: string;
  readonly length?: string;
  readonly end?: string;
}

/** A request with what is usual wherever nothing else is said. */
function toRequest({
  line = "POST /invocations HTTP/1.1",
  headers = [],
  body = ROW,
  length,
  end = "\r\n",
}: Parts): Buffer {
  const usual = ["Host: localhost:8080", "Content-Type: application/json"].filter(
    (header) => !headers.some((other) => other.toLowerCase().startsWith(header.split(":")[0]?.toLowerCase() ?? "")),
  );
  const size = length ?? `Content-Length: ${Buffer.byteLength(body)}`;
  const lines = [line, ...usual, ...headers, ...(size === "" ? [] : [size]), "", body];
  return Buffer.from(lines.join(end), "latin1");
}

const ORDINARY: readonly Parts[] = [
  {},
  { headers: ["X-Request-Id: abc-1"] },
  { headers: ["x-request-id: no id"] },
  { headers: ["HOST:127.0.0.1", "Accept: */*", "User-Agent: a (b; c)", "Connection: Keep-Alive"] },
  { headers: ["content-type:  \tapplication/json; charset=utf-8 \t"] },
  { headers: ["Accept: application/vnd.apache.arrow.stream"] },
  { headers: ["Content-Type: text/csv"], body: "a,b\n1,2\n" },
  { body: "" },
  { body: "no JSON" },
  { body: '{"inputs":{"a":["x"],"b":[2]}}' },
  { body: JSON.stringify({ inputs: { a: Array(9000).fill(1), b: Array(9000).fill(2) } }) },
];

/** Valid, but not the lane's. */
const ODD: readonly Parts[] = [
  { line: "GET /ping HTTP/1.1", body: "", length: "" },
  { line: "GET /invocations HTTP/1.1", body: "", length: "" },
  { line: "POST /invocations?a=1 HTTP/1.1" },
  { line: "POST /elsewhere HTTP/1.1" },
  { line: "POST /invocations HTTP/1.0" },
  { headers: ["Connection: close"] },
  { headers: ["Proxy-Connection: close"] },
  { headers: ["Transfer-Encoding: chunked"], length: "", body: `1c\r\n${ROW}\r\n0\r\n\r\n` },
  { headers: ["Content-Encoding: gzip"] },
  { headers: ["Content-Encoding: lzw"] },
  { headers: ["Accept: text/event-stream"] },
  { headers: ["Accept: application/json", "Accept: text/event-stream"] },
  { headers: ["X-Request-Timeout: 10s"] },
  { headers: ["X-Request-Timeout: soon"] },
  { headers: ["Content-Type: text/html"] },
  { headers: ["Content-Type: application/json", "Content-Type: text/csv"] },
  { headers: ["Host: a b"] },
  { headers: ["X-Name: caf\xe9"] },
  { headers: ["Expect: the moon"] },
  { length: `Content-Length: 0${ROW.length}` },
  { body: "x".repeat(100_001) },
  { body: JSON.stringify({ inputs: { a: Array(20_000).fill(1), b: Array(20_000).fill(2) } }) },
];

/** Not valid: the connection ends with what is answered. */
const BROKEN: readonly Parts[] = [
  { headers: ["Host: a", "Host: b"] },
  { headers: ["Host:"] },
  { headers: ["Bad Name: a"] },
  { headers: ["Name : a"] },
  { headers: ["Name: a\r\n folded"] },
  { headers: ["Name: a\u0000b"] },
  { headers: ["Name: a\rb"] },
  { headers: [": nameless"] },
  { headers: ["colonless"] },
  { headers: Array.from({ length: 101 }, (_, i) => `N${i}: a`) },
  { headers: [`Name: ${"a".repeat(17_000)}`] },
  { length: "Content-Length: +28" },
  { length: "Content-Length: 28, 28" },
  { length: "Content-Length: 0x1c" },
  { length: "Content-Length: 28\r\nContent-Length: 28" },
  { length: "Content-Length: 99999999999999999999" },
  { headers: ["Transfer-Encoding: chunked"] },
  { headers: ["Transfer-Encoding: gzip"] },
  { line: "POST /invocations HTTP/2.0" },
  { line: "POST /invocations HTTP/1.2" },
  { line: "POST  /invocations HTTP/1.1" },
  { line: "POST /invocations" },
  { line: "post /invocations HTTP/1.1" },
  { line: "PoST /invocations HTTP/1.1" },
  { line: "P" },
  { line: `POST /${"a".repeat(9000)} HTTP/1.1` },
  { end: "\n" },
];

/** Where a request is cut into pieces, as shares of its length. */
const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 4 });

function cut(bytes: Buffer, shares: readonly number[]): Pieces {
  const at = [0, ...shares.map((share) => Math.floor(share * bytes.length)).sort((a, b) => a - b), bytes.length];
  const pieces = at.slice(1).map((end, i) => bytes.subarray(at[i], end));
  return pieces.filter(({ length }) => length > 0);
}

const valid = fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...ORDINARY) }, fc.constantFrom(...ODD)).map(toRequest);
const broken = fc.constantFrom(...BROKEN).map(toRequest);
/** One byte of an ordinary request is another, or the request ends there. */
const damaged = fc
  .tuple(
    fc.constantFrom(...ORDINARY.slice(0, 4)).map(toRequest),
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.integer({ min: -1, max: 255 }),
  )
  .map(([request, share, byte]) => {
    const bytes = Buffer.from(request);
    const at = Math.min(bytes.length - 1, Math.floor(share * bytes.length));
    if (byte === -1) return bytes.subarray(0, at + 1);
    bytes[at] = byte;
    return bytes;
  });

describe("the fast lane", () => {
  it("takes what is ordinary", async () => {
    seen.lane = 0;
    for (const parts of ORDINARY) await ask("lane", [[toRequest(parts)], [toRequest(parts)]]);
    expect(seen.lane).toBe(0);
    for (const parts of ODD.slice(0, 4)) await ask("lane", [[toRequest(parts)], [toRequest({})]]);
    expect(seen.lane).toBe(8);
  });

  it.each([...ORDINARY, ...ODD, ...BROKEN].map((parts) => ({ parts, name: JSON.stringify(parts).slice(0, 70) })))(
    "answers as Node's server alone does: $name",
    async ({ parts }) => {
      const requests = [[toRequest({})], [toRequest(parts)], [toRequest({})]];
      expect(await ask("lane", requests)).toBe(await ask("node", requests));
    },
  );

  it("answers as Node's server alone does, wherever what is sent is cut", async () => {
    const requests = fc.tuple(
      fc.array(fc.tuple(valid, cuts), { maxLength: 3 }),
      fc.option(fc.tuple(fc.oneof(valid, broken, damaged), cuts), { nil: undefined }),
    );
    await fc.assert(
      fc.asyncProperty(requests, async ([all, last]) => {
        const pieces = [...all, ...(last === undefined ? [] : [last])].map(([bytes, at]) => cut(bytes, at));
        expect(await ask("lane", pieces)).toBe(await ask("node", pieces));
      }),
      { numRuns: 150 },
    );
  });

  it("answers as Node's server alone does, however many requests come at once", async () => {
    const requests = fc.tuple(fc.array(valid, { minLength: 2, maxLength: 5 }), cuts);
    await fc.assert(
      fc.asyncProperty(requests, async ([all, at]) => {
        const sent = [cut(Buffer.concat(all), at)];
        expect(await ask("lane", sent)).toBe(await ask("node", sent));
      }),
      { numRuns: 60 },
    );
  });

  it("answers as Node's server alone does over TLS", async () => {
    const requests = fc.array(fc.tuple(valid, cuts), { minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(requests, async (all) => {
        const pieces = all.map(([bytes, at]) => cut(bytes, at));
        expect(await ask("laneTls", pieces)).toBe(await ask("nodeTls", pieces));
      }),
      { numRuns: 20 },
    );
  });
});
