import { afterEach, describe, expect, it } from "vitest";
import { createApp } from "../../../src/serve/app.js";
import type { ConnectionLimits } from "../../../src/serve/connection/limits.js";
import { createMetrics } from "../../../src/serve/metrics.js";
import { type RunningServer, startServer } from "../../../src/serve/server.js";
import { deferred, gatedModel } from "../../support/gated-model.js";
import { rawClient } from "../../support/raw-client.js";
import { sumModel, sumPredictor } from "../../support/sum-model.js";

const BODY = '{"inputs":{"a":[1],"b":[2]}}';
const HEAD = "POST /invocations HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n";
const POST = `${HEAD}Content-Length: ${BODY.length}\r\n\r\n${BODY}`;
const GET = "GET /ping HTTP/1.1\r\nHost: x\r\n\r\n";
let running: RunningServer | undefined;

async function start(
  model = sumModel(),
  limits: Partial<ConnectionLimits> = {},
  onConnectionDropped = (): void => {},
): Promise<number> {
  const app = createApp({ current: model }, { metrics: createMetrics(), maxBodyBytes: 10_000_000 });
  running = await startServer({ app, host: "127.0.0.1", port: 0, graceMs: 0, limits, onConnectionDropped });
  return running.port;
}

afterEach(async () => await running?.close());

describe("a client that sends its end with its request", () => {
  it("gets its answer, though the model takes its time", async () => {
    const { model, begun, end } = gatedModel();
    const client = await rawClient(await start(model));
    client.socket.end(POST);
    await begun;
    // An interim answer, which every client skips, asks whether somebody is there.
    expect(await client.next()).toMatchObject({ status: 100 });
    end();
    let answer = await client.next();
    while (answer.status === 100) answer = await client.next();
    expect(answer).toMatchObject({ status: 200, body: '{"predictions":[{"total":3.0}]}' });
    await client.closed;
  });

  it("gives up its request when it has left", async () => {
    const begun = deferred();
    const left = deferred();
    const model = sumModel(sumPredictor());
    const watched = {
      ...model,
      executor: {
        ...model.executor,
        execute: (_request: unknown, signal: AbortSignal) => {
          signal.addEventListener("abort", left.resolve);
          begun.resolve();
          return left.promise.then(() => Promise.reject(new Error("given up")));
        },
      },
    };
    const client = await rawClient(await start(watched));
    client.send(POST);
    await begun.promise;
    client.socket.end();
    client.socket.destroy();
    await left.promise;
  });
});

describe("requests on one connection", () => {
  it("are answered in their order when they are sent at once", async () => {
    const client = await rawClient(await start());
    client.send(`${POST}${GET}${POST.replace("[1]", "[5]")}`);
    expect((await client.next()).body).toBe('{"predictions":[{"total":3.0}]}');
    expect((await client.next()).body).toBe('{"status":"ok"}');
    expect((await client.next()).body).toBe('{"predictions":[{"total":7.0}]}');
  });

  it("get no other's refusal: a connection with a broken one ends after the answer before it", async () => {
    const { model, begun, end } = gatedModel();
    const client = await rawClient(await start(model));
    client.send(`${POST}broken\r\n\r\n`);
    await begun;
    end();
    expect(await client.next()).toMatchObject({ status: 200, headers: { connection: "close" } });
    await client.closed;
    await expect(client.next()).rejects.toThrow("ended");
  });
});

describe("Expect: 100-continue", () => {
  it("is answered when the headers have passed", async () => {
    const client = await rawClient(await start());
    client.send(`${HEAD}Expect: 100-continue\r\nContent-Length: ${BODY.length}\r\n\r\n`);
    expect(await client.next()).toMatchObject({ status: 100 });
    client.send(BODY);
    expect(await client.next()).toMatchObject({ status: 200 });
  });

  it.each([
    { name: "too large a body", headers: "Content-Length: 10000001\r\n", status: 413 },
    { name: "a coding that is not read", headers: "Content-Length: 5\r\nContent-Encoding: lzw\r\n", status: 415 },
  ])("asks for no body that is refused by its headers: $name", async ({ headers, status }) => {
    const client = await rawClient(await start());
    client.send(`${HEAD}Expect: 100-continue\r\n${headers}\r\n`);
    expect(await client.next()).toMatchObject({ status, headers: { connection: "close" } });
    await client.closed;
  });
});

describe("a slow client", () => {
  it.each([
    { name: "sends nothing", sent: "" },
    { name: "never ends its headers", sent: "POST /invocations HTTP/1.1\r\nHost:" },
  ])("that $name gets 408 after --headers-timeout", async ({ sent }) => {
    const client = await rawClient(await start(sumModel(), { headersMs: 40 }));
    client.send(sent);
    expect(await client.next()).toMatchObject({ status: 408, headers: { connection: "close" } });
    await client.closed;
  });

  it("that never ends its body gets 408 after --receive-timeout", async () => {
    const client = await rawClient(await start(sumModel(), { headersMs: 40, receiveMs: 80 }));
    client.send(`${HEAD}Content-Length: 100\r\n\r\n{`);
    expect(await client.next()).toMatchObject({ status: 408, headers: { connection: "close" } });
    await client.closed;
  });

  it("that asks for nothing more is closed after --keep-alive-timeout", async () => {
    const client = await rawClient(await start(sumModel(), { keepAliveMs: 20 }));
    client.send(GET);
    expect(await client.next()).toMatchObject({ status: 200 });
    await client.closed;
  });

  it("that reads nothing of its answers is cut after --send-timeout", async () => {
    const { socket, closed } = await rawClient(await start(sumModel(), { sendMs: 100 }));
    socket.pause();
    const rows = 100_000;
    const body = JSON.stringify({ inputs: { a: Array(rows).fill(1), b: Array(rows).fill(2) } });
    // More than the system's buffers hold, so that the client is still sending when it is cut, and hears of it.
    for (let at = 0; at < 50; at++) socket.write(`${HEAD}Content-Length: ${body.length}\r\n\r\n${body}`);
    await closed;
  });
});

describe("connections beyond --max-connections", () => {
  it("are closed at once and counted, and taken again when another has ended", async () => {
    let dropped = 0;
    const port = await start(sumModel(), { connections: 1 }, () => dropped++);
    const first = await rawClient(port);
    first.send(GET);
    expect(await first.next()).toMatchObject({ status: 200 });
    const second = await rawClient(port);
    await second.closed;
    expect(dropped).toBe(1);
    first.socket.end();
    await first.closed;
    const third = await rawClient(port);
    third.send(GET);
    expect(await third.next()).toMatchObject({ status: 200 });
  });
});
