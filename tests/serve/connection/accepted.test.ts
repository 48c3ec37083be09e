import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createApp } from "../../../src/serve/app.js";
import type { AcceptedConnections } from "../../../src/serve/connection/accepted.js";
import type { ConnectionLimits } from "../../../src/serve/connection/limits.js";
import { createMetrics } from "../../../src/serve/metrics.js";
import { type RunningServer, startServer } from "../../../src/serve/server.js";
import { sumModel } from "../../support/sum-model.js";

let declined = 0;
let listener: Server;
let running: RunningServer;
let port = 0;

beforeEach(() => start());

/** Behind a listener, which hands over what it accepts, unread. */
async function start(limits: Partial<ConnectionLimits> = {}): Promise<void> {
  declined = 0;
  listener = createServer({ pauseOnConnect: true });
  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  const address = listener.address();
  port = typeof address === "object" && address !== null ? address.port : 0;
  const accepted: AcceptedConnections = {
    begin: (take) =>
      listener.on("connection", (socket) => {
        if (take(socket)) return;
        declined++;
        socket.destroy();
      }),
  };
  running = await startServer({
    app: createApp({ current: sumModel() }, { metrics: createMetrics() }),
    host: "127.0.0.1",
    port,
    accepted,
    limits,
    graceMs: 5000,
  });
}

async function stop(): Promise<void> {
  await running.close();
  listener.close();
}

afterEach(stop);

async function startAgain(limits: Partial<ConnectionLimits>): Promise<void> {
  await stop();
  await start(limits);
}

async function open(sent = ""): Promise<Socket> {
  const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
  await once(socket, "connect");
  socket.write(sent);
  return socket;
}

const PING = "GET /ping HTTP/1.1\r\nhost: a\r\n\r\n";

describe("a server of connections that another one accepts", () => {
  it("tells where that one listens, and answers on them", async () => {
    expect(running).toMatchObject({ port, url: `http://127.0.0.1:${port}` });
    expect(await (await fetch(`${running.url}/ping`)).json()).toEqual({ status: "ok" });
  });

  it("answers who has sent its end with its request", async () => {
    const socket = await open();
    socket.end(PING);
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 200 OK/);
  });

  it("leaves those beyond as many as it may have", async () => {
    await startAgain({ connections: 2 });
    const held = [await open(PING), await open(PING)];
    await Promise.all(held.map((socket) => once(socket, "data")));
    expect(await text(await open(PING))).toBe("");
    expect(declined).toBe(1);
    for (const socket of held) socket.destroy();
  });

  it("ends requests that do not come to their end", async () => {
    await startAgain({ headersMs: 200 });
    expect(await text(await open("GET /ping HTTP/1.1\r\n"))).toMatch(/^HTTP\/1\.1 408 /);
  });

  it("closes quiet connections when it is closed itself", async () => {
    const socket = await open(PING);
    await once(socket, "data");
    const ended = once(socket, "end");
    socket.resume();
    await running.close();
    await ended;
    socket.destroy();
  });
});
