import { once } from "node:events";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { getRequestListener } from "@hono/node-server";
import { Float64, Table, tableFromIPC, tableToIPC, vectorFromArray } from "apache-arrow";
import { parquetWriteBuffer } from "hyparquet-writer";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createApp } from "../../../src/serve/app.js";
import { createMetrics } from "../../../src/serve/metrics.js";
import { sumModel } from "../../support/sum-model.js";

const ARROW = "application/vnd.apache.arrow.stream";
const PARQUET = "application/vnd.apache.parquet";
const json = '{"dataframe_split":{"columns":["a","b"],"data":[[1,2],[3,4.5]]}}';
const a = [1, 3];
const b = [2, 4.5];
const parquet = new Uint8Array(
  parquetWriteBuffer({
    columnData: [
      { name: "a", data: a, type: "DOUBLE" },
      { name: "b", data: b, type: "DOUBLE" },
    ],
  }),
);
const arrow = new Table({ a: vectorFromArray(a, new Float64()), b: vectorFromArray(b, new Float64()) });
const answer = { predictions: [{ total: 3 }, { total: 7.5 }] };

function post(body: string | Uint8Array, headers: Record<string, string>): Promise<Response> {
  const app = createApp({ current: sumModel() }, { metrics: createMetrics(), maxBodyBytes: 10_000 });
  // The bytes of a test are shared with nobody.
  return Promise.resolve(
    app.request("/invocations", { method: "POST", headers, body: body as Uint8Array<ArrayBuffer> }),
  );
}

describe("POST /invocations", () => {
  it.each<{ type: string; body: string | Uint8Array }>([
    { type: "application/json", body: json },
    { type: "text/csv", body: "a,b\n1,2\n3,4.5\n" },
    { type: "Text/CSV; charset=utf-8; header=present", body: "b,a\r\n2,1\r\n4.5,3\r\n" },
    { type: PARQUET, body: parquet },
    { type: ARROW, body: tableToIPC(arrow, "stream") },
    { type: "application/vnd.apache.arrow.file", body: tableToIPC(arrow, "file") },
    // Who has a file and calls it a stream is understood.
    { type: ARROW, body: tableToIPC(arrow, "file") },
  ])("answers a body of $type", async ({ type, body }) => {
    const response = await post(body, { "content-type": type });
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual(answer);
  });

  it.each([
    { coding: "gzip", body: gzipSync(json) },
    { coding: "x-gzip", body: gzipSync(json) },
    { coding: "deflate", body: deflateSync(json) },
    { coding: "br", body: brotliCompressSync(json) },
    { coding: "identity", body: Buffer.from(json) },
  ])("answers a body compressed with $coding", async ({ coding, body }) => {
    const response = await post(body, { "content-type": "application/json", "content-encoding": coding });
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual(answer);
  });

  it("answers with an Arrow stream where it is asked for", async () => {
    const response = await post(json, {
      "content-type": "application/json",
      accept: `${ARROW}, application/json;q=0.5`,
    });
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe(ARROW);
    const table = tableFromIPC(new Uint8Array(await response.arrayBuffer()));
    expect(table.toArray().map((row) => ({ ...row.toJSON() }))).toEqual(answer.predictions);
  });

  it("answers with JSON, a refusal too, where something else is asked for", async () => {
    const bad = await post("a\n1\n", { "content-type": "text/csv", accept: ARROW });
    expect(bad.headers.get("content-type")).toBe("application/json");
    expect(await bad.json()).toMatchObject({ error_code: "INVALID_PARAMETER_VALUE" });
    expect((await post(json, { "content-type": "application/json", accept: "text/html" })).status).toBe(200);
  });

  it.each<{
    name: string;
    body: string | Uint8Array;
    headers: Record<string, string>;
    status: number;
    message: string;
  }>([
    {
      name: "garbage for Parquet",
      body: "garbage",
      headers: { "content-type": PARQUET },
      status: 400,
      message: "not a Parquet file",
    },
    {
      name: "garbage for Arrow",
      body: "garbage",
      headers: { "content-type": ARROW },
      status: 400,
      message: "not an Arrow stream",
    },
    {
      name: "a cut-off gzip",
      body: gzipSync(json).subarray(0, -9),
      headers: { "content-type": "application/json", "content-encoding": "gzip" },
      status: 400,
      message: "not whole",
    },
    {
      name: "a gzip of too much",
      body: gzipSync(" ".repeat(20_000)),
      headers: { "content-type": "application/json", "content-encoding": "gzip" },
      status: 413,
      message: "10000 bytes",
    },
    {
      name: "a short row",
      body: "a,b\n1\n",
      headers: { "content-type": "text/csv" },
      status: 400,
      message: "expected 2 cells",
    },
    {
      name: "CSV without a type",
      body: "a,b\n1,2\n",
      headers: { "content-type": "" },
      status: 415,
      message: "expected one of application/json, text/csv",
    },
  ])("refuses $name with $status", async ({ body, headers, status, message }) => {
    const response = await post(body, headers);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({
      error_code: "BAD_REQUEST",
      message: expect.stringContaining(message),
    });
    expect(response.headers.get("accept-encoding")).toBeNull();
  });

  it("tells which codings it knows when it refuses another", async () => {
    const response = await post(json, { "content-type": "application/json", "content-encoding": "zstd" });
    expect(response.status).toBe(415);
    expect(response.headers.get("accept-encoding")).toBe("gzip, deflate, br");
  });

  it("takes a body without a type for JSON when it begins like it, and refuses it otherwise", async () => {
    const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
    expect((await post(bytes(`\ufeff \r\n${json}`), {})).status).toBe(200);
    expect((await post(bytes("a,b\n1,2\n"), {})).status).toBe(415);
    expect((await post(bytes(""), {})).status).toBe(415);
  });
});

describe("POST /invocations over a connection", () => {
  const app = createApp({ current: sumModel() }, { metrics: createMetrics(), maxBodyBytes: 10_000 });
  const server = createServer(getRequestListener(app.fetch));
  let port = 0;

  beforeAll(async () => {
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    port = (server.address() as AddressInfo).port;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  async function send(body: Uint8Array, coding: string): Promise<number | undefined> {
    const headers = { "content-type": "application/json", "content-encoding": coding, "transfer-encoding": "chunked" };
    const outgoing = request({ port, host: "127.0.0.1", method: "POST", path: "/invocations", headers });
    outgoing.write(body.subarray(0, 5));
    outgoing.end(body.subarray(5));
    const [response] = await once(outgoing, "response");
    response.resume();
    return response.statusCode;
  }

  it.each([
    { name: "a whole body", body: gzipSync(json), coding: "gzip", status: 200 },
    { name: "a cut-off body", body: gzipSync(json).subarray(0, -9), coding: "gzip", status: 400 },
    { name: "a bomb", body: gzipSync(Buffer.alloc(50_000_000)), coding: "gzip", status: 413 },
    { name: "an unknown coding", body: Buffer.from(json), coding: "lzma", status: 415 },
  ])("answers $name with $status", async ({ body, coding, status }) => {
    expect(await send(body, coding)).toBe(status);
  });
});
