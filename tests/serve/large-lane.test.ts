import { request } from "node:http";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { DEFAULT_DECODE_LIMITS } from "../../src/core/decode-limits.js";
import { silentLogger } from "../../src/core/logger.js";
import { openModel } from "../../src/format/open-model.js";
import { DEFAULT_JOINING } from "../../src/pipeline/joining.js";
import { LargeLane } from "../../src/serve/large-lane.js";
import { type EvilServer, startEvilServer } from "../support/evil-server.js";
import { writeFunction } from "../support/function-model.js";
import { sumModel } from "../support/sum-model.js";
import { useTemporaryFolder } from "../support/temporary-folder.js";

const folder = useTemporaryFolder();

const ABOVE = 10_000;
/** Makes a body large. */
const pad = "x".repeat(2 * ABOVE);

/** The process in which a body of that kind is answered. */
async function pidFor(server: EvilServer, details: object = {}): Promise<number> {
  return Number(((await server.ask("pid", details)).body as { predictions: number }).predictions);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

const echo = (server: EvilServer) => server.ask("echo", { value: 1 });
const ECHO = { status: 200, body: { predictions: 1 } };

describe("large bodies", () => {
  it("to a model in the server's own process go to a worker of their own, which is started with the first", async () => {
    await using server = await startEvilServer({ isolation: "inline", offloadAboveBytes: ABOVE });
    expect(await pidFor(server)).toBe(process.pid);
    expect(server.model.pids()).toEqual([]);
    const pid = await pidFor(server, { pad });
    expect(pid).not.toBe(process.pid);
    expect(server.model.pids()).toEqual([pid]);
    expect(await pidFor(server, { pad })).toBe(pid);
  });

  it("to a model in one worker go to another", async () => {
    await using server = await startEvilServer({ workers: 1, offloadAboveBytes: ABOVE });
    const [small, large] = [await pidFor(server), await pidFor(server, { pad })];
    expect(new Set([process.pid, small, large]).size).toBe(3);
    expect(server.model.workers).toBe(1);
  });

  it("stay where the others are unless somebody wants it otherwise", async () => {
    await using server = await startEvilServer({ isolation: "inline" });
    expect(await pidFor(server, { pad })).toBe(process.pid);
  });

  it.each([
    { name: "in the server's own process", options: { isolation: "inline" } },
    { name: "in one worker", options: { workers: 1 } },
    { name: "in two workers", options: { workers: 2 } },
    { name: "in three workers", options: { workers: 3 } },
  ] as const)("that block their worker leave others be: $name", async ({ options }) => {
    await using server = await startEvilServer({ ...options, offloadAboveBytes: ABOVE });
    const given = new AbortController();
    const stuck = Array.from({ length: 4 }, () =>
      server.ask("loop", { pad }, { signal: given.signal }).catch(() => "left"),
    );
    // Those that come later would be behind them.
    for (let i = 0; i < 10; i++) expect(await Promise.all([echo(server), echo(server)])).toEqual([ECHO, ECHO]);
    given.abort();
    expect(await Promise.all(stuck)).toEqual(Array(4).fill("left"));
  });

  it("come in their turn although small ones never end", async () => {
    await using server = await startEvilServer({ workers: 2, offloadAboveBytes: ABOVE });
    let isAnswered = false;
    const keepAsking = async (): Promise<void> => {
      while (!isAnswered) expect(await echo(server)).toEqual(ECHO);
    };
    const others = Array.from({ length: 8 }, keepAsking);
    const pids = await Promise.all([1, 2, 3].map(() => pidFor(server, { pad })));
    isAnswered = true;
    await Promise.all(others);
    expect(pids.every((pid) => server.model.pids().includes(pid))).toBe(true);
  });

  it("are worked on one after another, however many the model takes at once", async () => {
    await using server = await startEvilServer({
      isolation: "inline",
      offloadAboveBytes: ABOVE,
      block: { concurrency: 4 },
      timeoutMs: 2000,
    });
    const [first, second] = await Promise.all([1, 2].map(() => server.ask("meet", { count: 2, pad })));
    expect([first?.status, second?.status]).toEqual([504, 504]);
    const [third, fourth] = await Promise.all([1, 2].map(() => server.ask("meet", { count: 2 })));
    expect([third?.status, fourth?.status]).toEqual([200, 200]);
  });

  it("have their worker started while they come", async () => {
    await using server = await startEvilServer({ isolation: "inline", offloadAboveBytes: ABOVE });
    const slow = request(`${server.url}/invocations`, {
      method: "POST",
      headers: { "content-type": "application/json", "content-length": 100_000 },
    });
    slow.on("error", () => {});
    slow.write("{");
    await vi.waitFor(() => expect(server.model.pids()).toHaveLength(1), { timeout: 10_000 });
    slow.destroy();
  });

  it("cost their own worker when they end it, and it is replaced", async () => {
    await using server = await startEvilServer({ isolation: "inline", offloadAboveBytes: ABOVE });
    const first = await pidFor(server, { pad });
    expect((await server.ask("exit", { pad })).status).toBe(500);
    const second = await pidFor(server, { pad });
    expect(second).not.toBe(first);
    expect(await server.ping()).toBe(200);
  });

  it("have the deadline of all requests", async () => {
    await using server = await startEvilServer({ isolation: "inline", offloadAboveBytes: ABOVE, timeoutMs: 1500 });
    const [late, behind] = await Promise.all([server.ask("loop", { pad }), server.ask("loop", { pad }), echo(server)]);
    expect([late.status, behind.status]).toEqual([504, 504]);
    expect(await pidFor(server)).toBe(process.pid);
  });

  it("are refused while their worker cannot be started, and others are answered", async () => {
    const workerEntry = new URL("no-such-worker.js", import.meta.url);
    await using server = await startEvilServer({ isolation: "inline", offloadAboveBytes: ABOVE, workerEntry });
    expect(await server.ask("echo", { pad })).toEqual({
      status: 503,
      body: { error_code: "TEMPORARILY_UNAVAILABLE", message: "the worker for large bodies cannot be started" },
    });
    expect(await echo(server)).toEqual(ECHO);
    expect(server.lines.map(({ message }) => message)).toContain("the worker for large bodies cannot be started");
  });

  it("leave no process behind when the model is closed", async () => {
    const server = await startEvilServer({ isolation: "inline", offloadAboveBytes: ABOVE });
    const pid = await pidFor(server, { pad });
    expect(isAlive(pid)).toBe(true);
    await server[Symbol.asyncDispose]();
    await vi.waitFor(() => expect(isAlive(pid)).toBe(false));
  });

  it("have no worker any more when none has come for a while", async () => {
    const model = await openModel(writeFunction(join(folder.path, "model"), "export default () => process.pid;"));
    const found = model.files.names.map((name) => ({
      name,
      path: model.files.path(name),
      bytes: model.files.size(name),
    }));
    await using lane = new LargeLane({
      executor: sumModel().executor,
      aboveBytes: 0,
      logger: silentLogger,
      idleMs: 1,
      pool: {
        workers: 1,
        order: {
          flavor: { kind: "builtin", name: "js_function" },
          others: [],
          model: { name: "pid", digest: undefined, files: found },
          coercion: "safe",
          limits: DEFAULT_DECODE_LIMITS,
          numbers: {},
          threads: undefined,
          defaultThreads: 1,
          triesThreads: false,
          selfTest: false,
          joining: DEFAULT_JOINING,
        },
      },
    });
    const ask = async (): Promise<number> => {
      const asked = { bytes: Buffer.from('{"inputs":1}'), media: "application/json" } as const;
      const reply = await lane.execute(asked, new AbortController().signal);
      if (reply.kind === "streamed") throw new Error("a number is no stream");
      return JSON.parse(Buffer.from(reply.bytes).toString()).predictions;
    };
    const first = await ask();
    await vi.waitFor(() => expect([lane.pids, isAlive(first)]).toEqual([[], false]));
    expect(await ask()).not.toBe(first);
  });
});
