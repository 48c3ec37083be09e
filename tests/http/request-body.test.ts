import { once } from "node:events";
import { createServer, type IncomingMessage, request } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { toOnePiece } from "../../src/core/byte-blocks.js";
import { readRequestBody } from "../../src/http/request-body.js";

const LIMIT = 100_000;
const LIMITS = { maxBytes: LIMIT };

describe("readRequestBody of a web request", () => {
  const post = (body: Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>): Request =>
    new Request("http://localhost/", { method: "POST", body, duplex: "half" } as RequestInit);

  it.each([
    { name: "nothing", body: new Uint8Array() },
    { name: "a body of the limit", body: new Uint8Array(LIMIT).fill(7) },
  ])("reads $name", async ({ body }) => {
    expect(Buffer.from(await toOnePiece(await readRequestBody(post(body), {}, LIMITS)))).toEqual(Buffer.from(body));
  });

  it("refuses a stream as soon as it passes the limit", async () => {
    let pulled = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        pulled += 10_000;
        controller.enqueue(new Uint8Array(10_000));
      },
    });
    await expect(readRequestBody(post(endless), {}, LIMITS)).rejects.toMatchObject({ kind: "body_too_large" });
    expect(pulled).toBeLessThan(2 * LIMIT);
  });
});

describe("readRequestBody of Node's request", () => {
  const results: Promise<Uint8Array>[] = [];
  const server = createServer((incoming: IncomingMessage, outgoing) => {
    const headers = new Headers(
      Object.entries(incoming.headers).map(([name, value]) => [name, String(value)] as [string, string]),
    );
    const result = readRequestBody(new Request("http://localhost/", { headers }), { incoming }, LIMITS).then(
      toOnePiece,
    );
    results.push(result);
    result.then(
      (bytes) => outgoing.end(String(bytes.length)),
      () => outgoing.destroy(),
    );
  });
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

  it("reads a body that comes in pieces", async () => {
    const outgoing = request({ port, host: "127.0.0.1", method: "POST", headers: { "transfer-encoding": "chunked" } });
    for (let i = 0; i < 10; i++) outgoing.write(Buffer.alloc(1000, i));
    outgoing.end();
    await once(outgoing, "response");
    const bytes = await results.at(-1);
    expect(bytes?.length).toBe(10_000);
    expect(bytes?.[9_999]).toBe(9);
  });

  it("refuses more than the limit, also when it was announced as less than nothing", async () => {
    const outgoing = request({ port, host: "127.0.0.1", method: "POST", headers: { "transfer-encoding": "chunked" } });
    outgoing.on("error", () => {});
    outgoing.write(Buffer.alloc(LIMIT + 1));
    await once(server, "request");
    await expect(results.at(-1)).rejects.toMatchObject({ kind: "body_too_large" });
    outgoing.destroy();
  });

  it("notices that the client left", async () => {
    const outgoing = request({ port, host: "127.0.0.1", method: "POST", headers: { "content-length": "1000" } });
    outgoing.on("error", () => {});
    outgoing.write("half");
    await once(server, "request");
    outgoing.destroy();
    await expect(results.at(-1)).rejects.toMatchObject({ kind: "request_aborted" });
  });
});
