import { once } from "node:events";
import { createServer, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { toAbortSignal } from "../../../src/core/caller-signal.js";
import { ConnectionCaller } from "../../../src/serve/routes/connection-caller.js";

const server = createServer();
beforeEach(() => once(server.listen(0, "127.0.0.1"), "listening"));
afterEach(() => once(server.close(), "close"));

/** A client that waits for an answer, and the response that it would get. */
async function connect() {
  const client = request({ port: (server.address() as AddressInfo).port, host: "127.0.0.1" });
  client.on("error", () => {});
  client.end();
  const [, outgoing]: [unknown, ServerResponse] = (await once(server, "request")) as [unknown, ServerResponse];
  return { client, outgoing };
}

describe("a client that waits for its answer", () => {
  it("and leaves is told of", async () => {
    const { client, outgoing } = await connect();
    const caller = new ConnectionCaller(outgoing);
    const signal = toAbortSignal(caller);
    expect(signal.aborted).toBe(false);
    client.destroy();
    await once(signal, "abort");
    expect(caller.aborted).toBe(true);
  });

  it("and left before that is known at once", async () => {
    const { client, outgoing } = await connect();
    const closed = once(outgoing, "close");
    client.destroy();
    await closed;
    const caller = new ConnectionCaller(outgoing);
    expect([caller.aborted, toAbortSignal(caller).aborted]).toEqual([true, true]);
  });

  it("and gets it has not left", async () => {
    const { client, outgoing } = await connect();
    const caller = new ConnectionCaller(outgoing);
    const signal = toAbortSignal(caller);
    const closed = once(outgoing, "close");
    outgoing.end("answer");
    const [incoming] = await once(client, "response");
    incoming.resume();
    await closed;
    expect([caller.aborted, signal.aborted]).toEqual([false, false]);
  });

  it("is not watched when nobody asks", async () => {
    const { client, outgoing } = await connect();
    const before = outgoing.listenerCount("close");
    const caller = new ConnectionCaller(outgoing);
    const listener = (): void => {};
    caller.addEventListener("abort", listener);
    expect(outgoing.listenerCount("close")).toBe(before + 1);
    caller.removeEventListener("abort", listener);
    expect(outgoing.listenerCount("close")).toBe(before);
    client.destroy();
  });
});
