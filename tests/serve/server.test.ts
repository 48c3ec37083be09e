import { once } from "node:events";
import { Agent, type IncomingMessage, request } from "node:http";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { afterEach, describe, expect, it } from "vitest";
import { createApp } from "../../src/serve/app.js";
import { createMetrics } from "../../src/serve/metrics.js";
import { type RunningServer, type ServerOptions, startServer } from "../../src/serve/server.js";
import { gatedModel } from "../support/gated-model.js";
import { rawClient } from "../support/raw-client.js";
import { sumModel } from "../support/sum-model.js";

const body = JSON.stringify({ inputs: { a: [1], b: [2] } });
const running: RunningServer[] = [];

async function start(model = sumModel(), options: Partial<ServerOptions> = {}): Promise<RunningServer> {
  const app = createApp({ current: model }, { metrics: createMetrics(), maxBodyBytes: 1000 });
  const server = await startServer({ app, host: "127.0.0.1", port: 0, graceMs: 5_000, ...options });
  running.push(server);
  return server;
}

afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close()));
});

function post(server: RunningServer, agent = new Agent({ keepAlive: true })) {
  const outgoing = request(`${server.url}/invocations`, {
    method: "POST",
    agent,
    headers: { "content-type": "application/json" },
  });
  outgoing.end(body);
  return once(outgoing, "response").then(async ([incoming]: IncomingMessage[]) => {
    if (incoming === undefined) throw new Error("no response");
    return { status: incoming.statusCode, connection: incoming.headers.connection, body: await text(incoming) };
  });
}

describe("startServer", () => {
  it("listens on a free port and answers", async () => {
    const server = await start();
    expect(server.url).toBe(`http://127.0.0.1:${server.port}`);
    expect(await post(server)).toEqual({
      status: 200,
      connection: "keep-alive",
      body: '{"predictions":[{"total":3.0}]}',
    });
  });

  it("refuses a port that is in use, saying so", async () => {
    const { port } = await start();
    await expect(start(sumModel(), { port })).rejects.toMatchObject({
      kind: "port_unavailable",
      message: expect.stringContaining(`127.0.0.1:${port}: the port is already in use`),
    });
  });

  it("refuses an address that is not this machine's", async () => {
    await expect(start(sumModel(), { host: "192.0.2.1" })).rejects.toMatchObject({ kind: "port_unavailable" });
  });

  it("finishes on close what has begun, and closes its connection", async () => {
    const { model, begun, end } = gatedModel();
    const server = await start(model);
    const answer = post(server);
    await begun;
    const closed = server.close();
    end();
    expect(await answer).toEqual({ status: 200, connection: "close", body: '{"predictions":[{"total":3.0}]}' });
    await closed;
    await expect(post(server)).rejects.toMatchObject({ code: "ECONNREFUSED" });
  });

  it("does not wait on close for a connection that has sent nothing", async () => {
    const server = await start(sumModel(), { graceMs: 3_600_000 });
    const socket = connect(server.port, "127.0.0.1");
    await once(socket, "connect");
    // Another connection's answer says that the server has taken this one too.
    expect((await fetch(`${server.url}/ping`)).status).toBe(200);
    await Promise.all([server.close(), once(socket, "close")]);
  });

  it("cuts on close what does not end within the grace", async () => {
    const { model, begun, end } = gatedModel();
    const server = await start(model, { graceMs: 1 });
    const answer = post(server);
    answer.catch(() => {});
    await begun;
    await server.close();
    await expect(answer).rejects.toMatchObject({ code: "ECONNRESET" });
    end();
  });

  it("answers 413 to a stream that passes the limit, before it ends", async () => {
    const server = await start();
    const outgoing = request(`${server.url}/invocations`, {
      method: "POST",
      headers: { "content-type": "application/json" },
    });
    outgoing.on("error", () => {});
    outgoing.write("x".repeat(2000));
    const [incoming] = await once(outgoing, "response");
    expect(incoming.statusCode).toBe(413);
    expect(await text(incoming)).toContain("more than the 1000 bytes");
    outgoing.destroy();
  });

  it("ends every connection with its answer from the signal to stop on, before it closes", async () => {
    const stop = new AbortController();
    const server = await start(sumModel(), { stopping: stop.signal });
    expect(await post(server)).toMatchObject({ status: 200, connection: "keep-alive" });
    stop.abort();
    expect(await post(server)).toMatchObject({ status: 200, connection: "close" });
  });

  it("takes new connections on close until the drain delay is over", async () => {
    const server = await start(sumModel(), { drainDelayMs: 200 });
    const closed = server.close();
    expect(await post(server)).toMatchObject({ status: 200, connection: "close" });
    await closed;
    await expect(post(server)).rejects.toMatchObject({ code: "ECONNREFUSED" });
  });

  it("answers on close what idle connections send at the last moment", async () => {
    const server = await start();
    const client = await rawClient(server.port);
    client.send("GET /ping HTTP/1.1\r\nHost: x\r\n\r\n");
    expect(await client.next()).toMatchObject({ status: 200 });
    const closed = server.close();
    client.send("GET /ping HTTP/1.1\r\nHost: x\r\n\r\n");
    expect(await client.next()).toMatchObject({ status: 200, headers: { connection: "close" } });
    await closed;
  });

  it("finishes on close a request that has come in by half", async () => {
    const server = await start();
    const client = await rawClient(server.port);
    client.send(
      `POST /invocations HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n`,
    );
    // Another connection's answer says that the server has read the half.
    expect((await fetch(`${server.url}/ping`)).status).toBe(200);
    const closed = server.close();
    client.send(`\r\n${body}`);
    expect(await client.next()).toMatchObject({ status: 200, headers: { connection: "close" } });
    await closed;
  });
});
