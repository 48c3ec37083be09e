import { once } from "node:events";
import { type ClientRequest, createServer, type IncomingMessage, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, it, vi } from "vitest";
import { byteCount } from "../../src/core/byte-blocks.js";
import { MlserveError } from "../../src/core/errors.js";
import { BodyBudget, defaultBodyMemory } from "../../src/http/body-budget.js";
import type { ContentCoding } from "../../src/http/content-coding.js";
import { readRequestBody } from "../../src/http/request-body.js";
import { deferred } from "../support/gated-model.js";

const MIB = 1024 * 1024;
const MOST = 4 * MIB;
/** What Node reads at once, before it can be told to wait. */
const CHUNK = 64 * 1024;

/** A server that reads bodies by a budget, and answers when it is let. */
interface Reader {
  readonly port: number;
  readonly budget: BodyBudget;
  /** The kinds of what readings failed with, and the sizes of those that did not, in order. */
  readonly ended: (string | number)[];
  /** Lets all answers go. */
  answer(): void;
}

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.closeAllConnections();
});

async function startReader(bytes: number, waitMs = 60_000): Promise<Reader> {
  const budget = new BodyBudget({ bytes, maxBodyBytes: MOST, waitMs });
  const gate = deferred();
  const ended: (string | number)[] = [];
  const server = createServer(async (incoming: IncomingMessage, outgoing) => {
    const coding = incoming.headers["content-encoding"] as ContentCoding | undefined;
    const asked = new Request("http://localhost/", { headers: { "content-length": "0" } });
    try {
      const body = await readRequestBody(asked, { incoming, outgoing }, { maxBytes: MOST, budget }, coding);
      ended.push(byteCount(body));
      await gate.promise;
      outgoing.end("read");
    } catch (error) {
      ended.push(error instanceof MlserveError ? error.kind : "unknown");
      outgoing.writeHead(503, { connection: "close" }).end();
    }
  });
  servers.push(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { port: (server.address() as AddressInfo).port, budget, ended, answer: gate.resolve };
}

function open(port: number, headers: Readonly<Record<string, string>> = {}): ClientRequest {
  const outgoing = request({ port, host: "127.0.0.1", method: "POST", headers });
  outgoing.on("error", () => {});
  outgoing.on("response", (incoming) => incoming.resume());
  return outgoing;
}

function send(port: number, bytes: number): ClientRequest {
  const outgoing = open(port);
  outgoing.end(Buffer.alloc(bytes, 7));
  return outgoing;
}

describe("a share of the budget", () => {
  it("that is given back while it waits waits no longer", async () => {
    const budget = new BodyBudget({ bytes: 2, maxBodyBytes: 1 });
    const [first, second] = [budget.open(), budget.open()];
    expect(first.take(2)).toBeUndefined();
    const room = second.take(1);
    expect(room).toBeInstanceOf(Promise);
    second.release();
    await room;
    first.release();
    expect(budget.held).toBe(0);
  });
});

describe("bodies of several requests", () => {
  it("beyond the budget are read one after another, and all of them in the end", async () => {
    const { port, budget, ended, answer } = await startReader(2 * MOST);
    const all = Array.from({ length: 5 }, () => send(port, 3 * MIB));
    await vi.waitFor(() => expect(ended).not.toEqual([]));
    expect(ended.length).toBeLessThan(3);
    expect(budget.held).toBeLessThanOrEqual(2 * MOST + 5 * CHUNK);
    answer();
    await Promise.all(all.map((each) => once(each, "close")));
    expect(ended).toEqual(Array(5).fill(3 * MIB));
    expect(budget.held).toBe(0);
  });

  it("that have come in part do not wait for each other for ever", async () => {
    const { port, budget, ended, answer } = await startReader(2 * MOST);
    const all = Array.from({ length: 4 }, () => open(port));
    for (const each of all) each.write(Buffer.alloc(1.9 * MIB));
    await vi.waitFor(() => expect(budget.held).toBeGreaterThan(MOST));
    answer();
    for (const each of all) each.end(Buffer.alloc(1.9 * MIB));
    await Promise.all(all.map((each) => once(each, "close")));
    expect(ended).toHaveLength(4);
    expect(budget.held).toBe(0);
  });

  it("that come in one piece never wait", async () => {
    const { port, ended, answer } = await startReader(2 * MOST);
    for (let i = 0; i < 2; i++) send(port, MOST);
    await vi.waitFor(() => expect(ended).toHaveLength(1));
    send(port, 100);
    await vi.waitFor(() => expect(ended).toEqual([MOST, 100]));
    answer();
    await vi.waitFor(() => expect(ended).toEqual([MOST, 100, MOST]));
  });

  it("for which there is no room in time are refused, and give back what they hold", async () => {
    const { port, budget, ended } = await startReader(2 * MOST, 50);
    const first = [send(port, MOST), send(port, MOST)];
    await vi.waitFor(() => expect(ended).toHaveLength(2));
    expect(ended.toSorted()).toEqual([MOST, "body_not_taken"]);
    expect(budget.held).toBe(MOST);
    for (const each of first) each.destroy();
    await vi.waitFor(() => expect(budget.held).toBe(0));
  });

  it("that are compressed count by what comes out", async () => {
    const { port, budget, ended, answer } = await startReader(2 * MOST);
    const outgoing = open(port, { "content-encoding": "gzip" });
    outgoing.end(gzipSync(Buffer.alloc(3 * MIB)));
    await vi.waitFor(() => expect(ended).toEqual([3 * MIB]));
    expect(budget.held).toBe(3 * MIB);
    answer();
    await vi.waitFor(() => expect(budget.held).toBe(0));
  });
});

describe("what a body holds is given back", () => {
  it.each([
    { name: "when its client leaves on the way", bytes: 2 * MIB, ended: "request_aborted" },
    { name: "when it is larger than it may be", bytes: MOST + 1, ended: "body_too_large" },
  ])("$name", async ({ bytes, ended: expected }) => {
    const { port, budget, ended } = await startReader(2 * MOST);
    const outgoing = open(port);
    outgoing.write(Buffer.alloc(bytes));
    if (expected === "request_aborted") {
      await vi.waitFor(() => expect(budget.held).toBe(bytes));
      outgoing.destroy();
    }
    await vi.waitFor(() => expect(ended).toEqual([expected]));
    await vi.waitFor(() => expect(budget.held).toBe(0));
  });

  it("when its client leaves while it waits for room", async () => {
    const { port, budget, ended, answer } = await startReader(2 * MOST);
    send(port, MOST);
    await vi.waitFor(() => expect(ended).toHaveLength(1));
    send(port, MOST);
    const late = send(port, MOST);
    await vi.waitFor(() => expect(budget.held).toBeGreaterThan(MOST));
    late.destroy();
    answer();
    await vi.waitFor(() => expect(budget.held).toBe(0));
  });
});

it("the budget has room for two bodies at least", () => {
  expect(defaultBodyMemory(2 ** 50)).toBe(2 ** 51);
  expect(defaultBodyMemory(1)).toBeGreaterThan(16 * MIB);
});
