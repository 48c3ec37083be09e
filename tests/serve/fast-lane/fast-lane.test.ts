import { once } from "node:events";
import { connect } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import type { Batch } from "../../../src/core/batch.js";
import { type App, createApp } from "../../../src/serve/app.js";
import type { ConnectionLimits } from "../../../src/serve/connection/limits.js";
import { createMetrics } from "../../../src/serve/metrics.js";
import { type RunningServer, type ServerOptions, startServer } from "../../../src/serve/server.js";
import { gatedModel } from "../../support/gated-model.js";
import { rawClient } from "../../support/raw-client.js";
import { sumModel, sumPredictor } from "../../support/sum-model.js";

const BODY = '{"inputs":{"a":[1],"b":[2]}}';
const HEAD = "POST /invocations HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n";
const POST = `${HEAD}Content-Length: ${BODY.length}\r\n\r\n${BODY}`;
const ANSWER = '{"predictions":[{"total":3.0}]}';

let running: RunningServer | undefined;
afterEach(async () => await running?.close());

/** Starts a server, and counts what comes as far as its app. */
async function start(
  model = sumModel(),
  limits: Partial<ConnectionLimits> = {},
  options: Partial<ServerOptions> = {},
): Promise<{ server: RunningServer; seen: string[]; metrics: () => Promise<string> }> {
  const metrics = createMetrics();
  const app = createApp({ current: model }, { metrics, maxBodyBytes: 10_000_000 });
  const seen: string[] = [];
  const fetch: App["fetch"] = (request, ...more) => {
    seen.push(`${request.method} ${new URL(request.url).pathname}`);
    return app.fetch(request, ...more);
  };
  const counted = { fetch, direct: app.direct } as App;
  const server = await startServer({ app: counted, host: "127.0.0.1", port: 0, graceMs: 5000, limits, ...options });
  running = server;
  return { server, seen, metrics: () => metrics.text() };
}

describe("a connection in the fast lane", () => {
  it("stays there for as long as its requests are ordinary, and leaves with the first that is not", async () => {
    const { server, seen } = await start();
    const client = await rawClient(server.port);
    for (let i = 0; i < 3; i++) {
      client.send(POST);
      expect((await client.next()).body).toBe(ANSWER);
    }
    expect(seen).toEqual([]);
    client.send("GET /ping HTTP/1.1\r\nHost: x\r\n\r\n");
    expect((await client.next()).body).toBe('{"status":"ok"}');
    client.send(POST);
    expect((await client.next()).body).toBe(ANSWER);
    expect(seen).toEqual(["GET /ping", "POST /invocations"]);
    client.socket.destroy();
  });

  it("may send a body after its head, in pieces", async () => {
    const { server, seen } = await start();
    const client = await rawClient(server.port);
    for (const piece of [POST.slice(0, -BODY.length), BODY.slice(0, 5), BODY.slice(5)]) {
      client.send(piece);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect((await client.next()).body).toBe(ANSWER);
    expect(seen).toEqual([]);
    client.socket.destroy();
  });

  it("leaves when a request takes its time to come, and is answered all the same", async () => {
    const { server, seen } = await start(sumModel(), { headersMs: 100, receiveMs: 200 });
    const client = await rawClient(server.port);
    client.send(POST);
    expect((await client.next()).body).toBe(ANSWER);
    client.send(POST.slice(0, -4));
    expect(await client.next()).toMatchObject({ status: 408, headers: { connection: "close" } });
    expect(seen).toEqual(["POST /invocations"]);
    await client.closed;
  });

  it("leaves with what comes while a model is at work, which is answered next", async () => {
    const { model, begun, end } = gatedModel();
    const { server, seen } = await start(model);
    const client = await rawClient(server.port);
    client.send(POST);
    await begun;
    client.send(POST.replace("[1]", "[5]").slice(0, 20));
    client.send(POST.replace("[1]", "[5]").slice(20));
    // What was sent before this has been read when it is answered.
    const other = await rawClient(server.port);
    other.send("GET /ping HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    await other.closed;
    end();
    expect((await client.next()).body).toBe(ANSWER);
    expect((await client.next()).body).toBe('{"predictions":[{"total":7.0}]}');
    expect(seen).toEqual(["GET /ping", "POST /invocations"]);
    client.socket.destroy();
  });

  it("is closed when nothing more comes", async () => {
    const { server } = await start(sumModel(), { keepAliveMs: 20 });
    const client = await rawClient(server.port);
    client.send(POST);
    expect(await client.next()).toMatchObject({ status: 200 });
    await client.closed;
  });

  it("is closed when its client takes nothing of its answer", async () => {
    const text = "x".repeat(30_000_000);
    const predict = async (): Promise<Batch> => ({
      kind: "tensors",
      tensors: new Map([["text", { dtype: "string", shape: [1], data: [text] }]]),
    });
    const { server } = await start(sumModel({ ...sumPredictor(), predict }), { sendMs: 50 });
    const { socket } = await rawClient(server.port);
    socket.pause();
    socket.write(POST);
    // A client that does not read hears of its connection's end when it writes.
    const hears = (): boolean => {
      if (!socket.destroyed) socket.write("P");
      return socket.destroyed;
    };
    await expect.poll(hears, { interval: 200, timeout: 10_000 }).toBe(true);
  });

  it("ends with its client's end", async () => {
    const { server } = await start();
    const client = await rawClient(server.port);
    client.send(POST);
    expect(await client.next()).toMatchObject({ status: 200 });
    client.socket.end();
    await client.closed;
  });

  it("is refused when it ends within a request", async () => {
    const { server } = await start();
    const client = await rawClient(server.port);
    client.socket.end(POST.slice(0, -4));
    expect(await client.next()).toMatchObject({ status: 400, headers: { connection: "close" } });
    await client.closed;
  });

  it("ends with its answer while the server closes, and at once where it is at none", async () => {
    const { model, begun, end } = gatedModel();
    const { server } = await start(model);
    const busy = await rawClient(server.port);
    busy.send(POST);
    await begun;
    const silent = connect(server.port, "127.0.0.1");
    await once(silent, "connect");
    const closing = server.close();
    await once(silent.resume(), "close");
    end();
    expect(await busy.next()).toMatchObject({ status: 200, headers: { connection: "close" } });
    await Promise.all([busy.closed, closing]);
  });

  it("is cut at the end of the grace", async () => {
    const { model, begun, end } = gatedModel();
    const { server } = await start(model, {}, { graceMs: 20 });
    const client = await rawClient(server.port);
    client.send(POST);
    await begun;
    await Promise.all([server.close(), client.closed]);
    end();
  });

  it("keeps none of those that have left", async () => {
    const { server, metrics } = await start();
    for (let i = 0; i < 20; i++) {
      const client = await rawClient(server.port);
      client.send(i % 2 === 0 ? POST : POST.slice(0, -3));
      if (i % 2 === 0) await client.next();
      client.socket.destroy();
    }
    expect(await metrics()).toMatch(/^mlserve_requests_in_flight 0$/m);
  });
});
