import { once } from "node:events";
import { Agent, type IncomingMessage, request } from "node:http";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { afterEach, describe, expect, it } from "vitest";
import { createApp } from "../../src/serve/app.js";
import { createMetrics } from "../../src/serve/metrics.js";
import { type RunningServer, type ServerOptions, startServer } from "../../src/serve/server.js";
import { sumModel, sumPredictor } from "../support/sum-model.js";

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

/** A model that says when it runs, and runs until it is told to end. */
function gatedModel() {
  const begun = deferred();
  const end = deferred();
  const model = sumModel(
    sumPredictor(async () => {
      begun.resolve();
      await end.promise;
    }),
  );
  return { model, begun: begun.promise, end: end.resolve };
}

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => {};
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

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

  it.each([
    { name: "what is no HTTP", sent: "nonsense\r\n\r\n", status: "400 Bad Request" },
    {
      name: "HTTP/1.1 without a Host",
      sent: "GET /ping HTTP/1.1\r\nConnection: close\r\n\r\n",
      status: "400 Bad Request",
    },
    {
      name: "headers beyond the limit",
      sent: `GET /ping HTTP/1.1\r\nHost: x\r\nx: ${"y".repeat(20_000)}\r\n\r\n`,
      status: "431 Request Header Fields Too Large",
    },
    {
      name: "a malformed Host",
      sent: "GET /ping HTTP/1.1\r\nHost: a b/c\r\nConnection: close\r\n\r\n",
      status: "400 Bad Request",
    },
  ])("answers $name in JSON", async ({ sent, status }) => {
    const server = await start();
    const socket = connect(server.port, "127.0.0.1");
    socket.write(sent);
    const answer = await text(socket);
    expect(answer).toContain(`HTTP/1.1 ${status}\r\n`);
    expect(JSON.parse(answer.slice(answer.indexOf("\r\n\r\n")))).toEqual({
      error_code: "BAD_REQUEST",
      message: expect.any(String),
    });
  });

  it("serves HTTP/1.0, which needs no Host header", async () => {
    const server = await start();
    const socket = connect(server.port, "127.0.0.1");
    socket.write("GET /ping HTTP/1.0\r\n\r\n");
    expect(await text(socket)).toContain("HTTP/1.1 200 OK");
  });
});
