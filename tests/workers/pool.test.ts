import { describe, expect, it } from "vitest";
import { MlserveError } from "../../src/core/errors.js";
import { type EvilServer, startEvilServer } from "../support/evil-server.js";

const ECHO = { status: 200, body: { predictions: "still here" } };

function echo(server: EvilServer) {
  return server.ask("echo", { value: "still here" });
}

/** Is there a process of that number? */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function pidOf(server: EvilServer): Promise<number> {
  return Number(((await server.ask("pid")).body as { predictions: number }).predictions);
}

describe("a worker that ends", () => {
  it.each([
    { name: "exits", act: "exit", said: "exit code 0" },
    { name: "aborts", act: "abort", said: "SIGABRT" },
    { name: "is killed", act: "kill", said: "SIGKILL" },
    { name: "throws in a timer", act: "timer", said: "exit code 1" },
    { name: "leaves a rejection to nobody", act: "rejection", said: "exit code 1" },
  ])("since its model $name costs the request that it was at, and is replaced", async ({ act, said }) => {
    await using server = await startEvilServer();
    const [bad, ...good] = await Promise.all([server.ask(act), echo(server), echo(server), server.ping()]);
    expect(bad).toEqual({
      status: 500,
      body: {
        error_code: "MODEL_ERROR",
        message: expect.stringContaining(`the worker that ran the model ended on the way (${said})`),
      },
    });
    expect(good).toEqual([ECHO, ECHO, 200]);
    expect(await server.metrics.text()).toContain("mlserve_worker_restarts_total 1");
  });

  it("keeps its server well, however many requests end one after another", async () => {
    await using server = await startEvilServer();
    for (const act of ["exit", "exit", "exit", "exit"]) {
      const [bad, behind, ping] = await Promise.all([server.ask(act), echo(server), server.ping()]);
      expect([bad.status, behind, ping]).toEqual([500, ECHO, 200]);
    }
  });

  it("does not disturb the requests of another", async () => {
    await using server = await startEvilServer({ workers: 2 });
    const slow = server.ask("wait", { ms: 200 });
    const bad = server.ask("exit");
    expect(await slow).toEqual({ status: 200, body: { predictions: 200 } });
    expect((await bad).status).toBe(500);
  });

  it("does not end by a signal that is meant for its server", async () => {
    await using server = await startEvilServer();
    const pid = await pidOf(server);
    const slow = server.ask("wait", { ms: 200 });
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.kill(pid, signal);
    expect(await slow).toEqual({ status: 200, body: { predictions: 200 } });
    expect(await pidOf(server)).toBe(pid);
  });

  it("leaves no process behind when the model is closed", async () => {
    const server = await startEvilServer({ workers: 2 });
    const pids = [...server.model.pids()];
    expect(pids.map(isAlive)).toEqual([true, true]);
    await server[Symbol.asyncDispose]();
    expect(pids.map(isAlive)).toEqual([false, false]);
  });
});

describe("a deadline", () => {
  it.each(["loop", "never"])("ends a worker in whose model a call does %s", async (act) => {
    await using server = await startEvilServer();
    const first = await pidOf(server);
    const headers = { "x-request-timeout": "200ms" };
    const [bad, good, ping] = await Promise.all([server.ask(act, {}, { headers }), echo(server), server.ping()]);
    expect([bad.status, good, ping]).toEqual([504, ECHO, 200]);
    expect(await echo(server)).toEqual(ECHO);
    expect(await pidOf(server)).not.toBe(first);
  });

  it("is told to whoever waited until then", async () => {
    await using server = await startEvilServer({ timeoutMs: 300 });
    expect(await server.ask("never")).toEqual({
      status: 504,
      body: {
        error_code: "DEADLINE_EXCEEDED",
        message:
          "the model did not answer within 300 ms. Send fewer rows at a time, or ask the server's operator for a longer --timeout",
      },
    });
  });

  it("may be shortened by the request, not lengthened", async () => {
    await using server = await startEvilServer({ timeoutMs: 5000 });
    const bad = await server.ask("never", {}, { headers: { "x-request-timeout": "150ms" } });
    expect(bad.status).toBe(504);
    expect(await echo(server)).toEqual(ECHO);
    const nonsense = await server.ask("echo", { value: 1 }, { headers: { "x-request-timeout": "soon" } });
    expect(nonsense).toEqual({
      status: 400,
      body: {
        error_code: "BAD_REQUEST",
        message: "X-Request-Timeout: expected a time such as 250ms, 30s or 5m, up to 24 days, more than 0",
      },
    });
  });

  it("keeps a worker whose model gives up when it is told to, and the calls beside it", async () => {
    await using server = await startEvilServer({ block: { concurrency: 4 } });
    const first = await pidOf(server);
    const headers = { "x-request-timeout": "100ms" };
    const [bad, slow] = await Promise.all([server.ask("obedient", {}, { headers }), server.ask("wait", { ms: 250 })]);
    expect(bad.status).toBe(504);
    expect(slow).toEqual({ status: 200, body: { predictions: 250 } });
    expect(await pidOf(server)).toBe(first);
  });

  it("ends a worker whose model does not, after what may still come of the calls beside it", async () => {
    await using server = await startEvilServer({ block: { concurrency: 4 } });
    const first = await pidOf(server);
    const headers = { "x-request-timeout": "100ms" };
    const [bad, quick] = await Promise.all([server.ask("never", {}, { headers }), server.ask("wait", { ms: 150 })]);
    expect(bad.status).toBe(504);
    expect(quick).toEqual({ status: 200, body: { predictions: 150 } });
    expect(await echo(server)).toEqual(ECHO);
    expect(await pidOf(server)).not.toBe(first);
  });
});

describe("memory", () => {
  it("beyond V8's heap costs the request, and the worker", async () => {
    await using server = await startEvilServer({ workerMemoryBytes: 300 * 1024 ** 2 });
    const [bad, good] = await Promise.all([server.ask("heap"), echo(server)]);
    expect(bad.status).toBe(500);
    expect(good).toEqual(ECHO);
  });

  it.runIf(process.platform === "linux")("outside of the heap is watched", async () => {
    await using server = await startEvilServer({ workerMemoryBytes: 300 * 1024 ** 2 });
    const [bad, good] = await Promise.all([server.ask("buffers"), echo(server)]);
    expect(bad).toEqual({
      status: 500,
      body: {
        error_code: "MODEL_ERROR",
        message: expect.stringMatching(
          /^the worker that ran the model was ended: it took \d+ MiB, and may take \d+\. Give workers more with --worker-memory$/,
        ),
      },
    });
    expect(good).toEqual(ECHO);
  });
});

describe("a model that meddles", () => {
  it.each(["tamper", "falsify", "pollute"])(
    "with built-in objects (%s) costs its request and its worker",
    async (act) => {
      await using server = await startEvilServer();
      const first = await pidOf(server);
      const [bad, good] = await Promise.all([server.ask(act), echo(server)]);
      expect([bad.status, good]).toEqual([500, ECHO]);
      expect(await server.ping()).toBe(200);
      expect(await pidOf(server)).not.toBe(first);
      expect(server.lines.map(({ message }) => message)).toContainEqual(
        expect.stringContaining("the model has replaced"),
      );
      expect(Object.hasOwn(Object.prototype, "toJSON")).toBe(false);
    },
  );

  it("with standard output reaches the log only", async () => {
    await using server = await startEvilServer();
    expect(await server.ask("noise")).toEqual({ status: 200, body: { predictions: "quiet" } });
    await server.model[Symbol.asyncDispose]();
    const said = server.lines.map(({ message }) => message);
    expect(said).toContain('{"predictions": "forged"}');
    expect(said).toContain("to standard error");
    expect(Math.max(...said.map((line = "") => line.length))).toBeLessThanOrEqual(8192);
  });

  it("with an error of its own gets a 500 that tells nothing of it", async () => {
    await using server = await startEvilServer();
    const { status, body } = await server.ask("throws");
    expect(status).toBe(500);
    expect(JSON.stringify(body)).not.toContain("at fault");
  });
});

describe("calls", () => {
  it("overlap in a worker as far as the model says", async () => {
    await using server = await startEvilServer({ block: { concurrency: 16 } });
    const meet = () => server.ask("meet", { count: 16 });
    const answers = await Promise.all(Array.from({ length: 16 }, meet));
    expect(answers).toEqual(Array(16).fill({ status: 200, body: { predictions: 16 } }));
  });

  it("that their caller gave up before they began are never begun", async () => {
    await using server = await startEvilServer();
    const slow = server.ask("wait", { ms: 300 });
    const left = new AbortController();
    const given = server.ask("exit", {}, { signal: left.signal });
    const later = echo(server);
    left.abort();
    await expect(given).rejects.toThrow();
    expect([(await slow).status, await later]).toEqual([200, ECHO]);
    expect(await server.metrics.text()).toContain("mlserve_worker_restarts_total 0");
  });

  it("of large bodies come through whole", async () => {
    await using server = await startEvilServer();
    const value = "ab".repeat(4_000_000);
    const { status, body } = await server.ask("echo", { value });
    expect(status).toBe(200);
    expect((body as { predictions: string }).predictions === value).toBe(true);
  });
});

describe("a model that cannot be loaded", () => {
  it.each([
    { fail: "throw", kind: "model_failed", said: "cannot be loaded", loadTimeoutMs: 60_000 },
    { fail: "exit", kind: "worker_lost", said: "exit code 3", loadTimeoutMs: 60_000 },
    { fail: "never", kind: "load_timeout", said: "not ready after 1 s", loadTimeoutMs: 1000 },
    { fail: "loop", kind: "load_timeout", said: "not ready after 1 s", loadTimeoutMs: 1000 },
  ])("since it does $fail is refused with the worker's own error", async ({ fail, kind, said, loadTimeoutMs }) => {
    const error = await startEvilServer({ block: { fail }, loadTimeoutMs, workers: 2 }).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(MlserveError);
    expect(error).toMatchObject({ kind, message: expect.stringContaining(said) });
  });
});
