import { once } from "node:events";
import { type IncomingHttpHeaders, type IncomingMessage, request } from "node:http";
import { text } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import { Hono } from "hono";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Batch } from "../../../src/core/batch.js";
import { silentLogger } from "../../../src/core/logger.js";
import type { PredictContext } from "../../../src/flavors/flavor.js";
import { type AppEnv, createApp } from "../../../src/serve/app.js";
import { createMetrics } from "../../../src/serve/metrics.js";
import { type RunningServer, startServer } from "../../../src/serve/server.js";
import { sumModel, sumPredictor } from "../../support/sum-model.js";

const logged: object[] = [];
const lines: object[] = [];
const metrics = createMetrics();

/** A row that begins with -1 is one for which nothing is prepared. */
function predict(batch: Batch, context: PredictContext) {
  const first = batch.kind === "columns" ? Number(batch.columns.get("a")?.data[0]) : 0;
  if (first === -1) throw new TypeError("a fault with a secret");
  return sumPredictor().predict(batch, context);
}

const app = createApp(
  { current: sumModel({ ...sumPredictor(), predict: async (batch, context) => predict(batch, context) }) },
  {
    metrics,
    maxBodyBytes: 100_000,
    serverTiming: true,
    accessLog: true,
    logger: {
      ...silentLogger,
      info: (fields) => lines.push(fields),
      error: (fields) => logged.push(fields),
    },
  },
);

/** The same app: as it is, and behind another, which has nothing but Hono's way. */
const servers: RunningServer[] = [];

beforeAll(async () => {
  const around = new Hono<AppEnv>().route("/", app);
  for (const each of [app, around]) servers.push(await startServer({ app: each, host: "127.0.0.1", port: 0 }));
});
afterAll(() => Promise.all(servers.map((server) => server.close())));

interface Asked {
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

const JSON_TYPE = { "content-type": "application/json" };
const ROW = JSON.stringify({ inputs: { a: [1], b: [2] } });

async function ask({ url }: RunningServer, { path = "/invocations", method = "POST", headers, body = ROW }: Asked) {
  const outgoing = request(url + path, { method, headers: { ...JSON_TYPE, "x-request-id": "abc", ...headers } });
  outgoing.end(body);
  const [incoming]: IncomingMessage[] = await once(outgoing, "response");
  if (incoming === undefined) throw new Error("no response");
  return { status: incoming.statusCode, headers: comparable(incoming.headers), body: await text(incoming) };
}

/** Times differ from one request to the next. */
function comparable({ date: _, "server-timing": timing, ...headers }: IncomingHttpHeaders) {
  return { ...headers, timed: timing === undefined ? undefined : String(timing).replaceAll(/[\d.]+/g, "0") };
}

const many = JSON.stringify({ inputs: { a: Array(2000).fill(1), b: Array(2000).fill(2) } });

describe("a request that takes the short way", () => {
  it.each<{ name: string } & Asked>([
    { name: "is usual" },
    { name: "has many rows", body: many },
    { name: "has rows at fault", body: JSON.stringify({ inputs: { a: ["x"], b: [2] } }) },
    { name: "is no JSON", body: "no" },
    { name: "has no body", body: "" },
    { name: "has no length", headers: { "transfer-encoding": "chunked" } },
    { name: "is too large", body: "x".repeat(100_001) },
    { name: "has a model at fault", body: JSON.stringify({ inputs: { a: [-1], b: [2] } }) },
    { name: "has a type with a charset", headers: { "content-type": "application/json; charset=utf-8" } },
    { name: "is CSV", headers: { "content-type": "text/csv" }, body: "a,b\n1,2\n" },
    { name: "has an unknown type", headers: { "content-type": "text/html" } },
    { name: "has an unknown charset", headers: { "content-type": "application/json; charset=latin1" } },
    { name: "is compressed", headers: { "content-encoding": "gzip" }, body: gzipSync(ROW) },
    { name: "is compressed in an unknown way", headers: { "content-encoding": "zstd" } },
    { name: "wants events", headers: { accept: "text/event-stream" } },
    { name: "wants Arrow", headers: { accept: "application/vnd.apache.arrow.stream" } },
    { name: "has a time", headers: { "x-request-timeout": "10s" } },
    { name: "has no time that is one", headers: { "x-request-timeout": "soon" } },
    { name: "has an id that is none", headers: { "x-request-id": "abc" } },
    { name: "has a query", path: "/invocations?a=1" },
    { name: "has a host that is none", headers: { host: "a b" } },
    { name: "is a GET", method: "GET" },
  ])("is answered as any other, where it $name", async (asked) => {
    const [direct, around] = servers;
    if (direct === undefined || around === undefined) throw new Error("no servers");
    expect(await ask(direct, asked)).toEqual(await ask(around, asked));
  });

  it("has its line in the log, and is counted", async () => {
    const [direct] = servers;
    if (direct === undefined) throw new Error("no server");
    lines.length = 0;
    await ask(direct, {});
    const time = expect.any(Number);
    expect(lines).toEqual([
      {
        requestId: "abc",
        method: "POST",
        route: "/invocations",
        status: 200,
        ms: time,
        rows: 1,
        phases: { decode: time, queue: time, predict: time, encode: time },
        bytesIn: ROW.length,
        bytesOut: 31,
      },
    ]);
    expect(await metrics.text()).toMatch(/^mlserve_requests_in_flight 0$/m);
  });

  it("has its fault in the log, and nothing of it in the answer", async () => {
    const [direct] = servers;
    if (direct === undefined) throw new Error("no server");
    logged.length = 0;
    const { status, body } = await ask(direct, { body: JSON.stringify({ inputs: { a: [-1], b: [2] } }) });
    expect(status).toBe(500);
    expect(body).not.toContain("secret");
    expect(logged).toEqual([{ err: expect.any(TypeError), requestId: "abc" }]);
  });
});
