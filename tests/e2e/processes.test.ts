import { once } from "node:events";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { connect as connectTls } from "node:tls";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import {
  ask,
  counted,
  openServedProcesses,
  pidOf,
  type Running,
  SERVING,
  times,
  untilGone,
} from "./served-processes.js";

const TLS = join(import.meta.dirname, "../fixtures/tls");

const served = openServedProcesses();
afterEach(() => served.endAll());
afterAll(() => served[Symbol.asyncDispose]());

/** A connection that has had an answer, and stays. */
async function hold(url: string): Promise<Socket> {
  const { port, protocol } = new URL(url);
  const options = { port: Number(port), host: "127.0.0.1", rejectUnauthorized: false };
  const socket = protocol === "https:" ? connectTls(options) : connect(options);
  socket.write("GET /ping HTTP/1.1\r\nhost: a\r\n\r\n");
  await once(socket, "data");
  return socket;
}

const ANSWERED = 'mlserve_requests_total{route="/invocations",status="200"}';

/** Only Linux lists the children of a process in files. */
describe.runIf(process.platform === "linux")("several processes", () => {
  it("answer at one port in turns, tell so once, and end with 0", async () => {
    const program = await served.serve();
    const pids = await times(6, () => pidOf(program.url));
    expect(new Set(pids)).toEqual(new Set(program.children));
    program.child.kill("SIGTERM");
    const { code, stdout, stderr, left } = await program.ended;
    expect({ code, left }).toEqual({ code: 0, left: [] });
    expect(stdout).toMatch(new RegExp(`${SERVING.source}$`));
    const lines = stderr
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    const requests = lines.filter(({ msg }) => msg === "request");
    expect(new Set(requests.map((line) => line.process))).toEqual(new Set(pids));
    expect(requests).toHaveLength(6);
    await untilGone(program.children);
  });

  it.each([
    { name: "the port of the server", args: [], find: async ({ url }: Running) => url },
    {
      name: "a port of their own",
      args: ["--metrics-port", "0"],
      find: async (program: Running) => (await program.findError(/"url":"(http:[^"]+)\/metrics"/))[1] ?? "",
    },
  ])("have the sum of all metrics at $name, which does not fall when one ends", async ({ args, find }) => {
    const program = await served.serve(args);
    const metrics = await find(program);
    await times(5, () => pidOf(program.url));
    expect(await counted(metrics, ANSWERED)).toBe(5);
    expect(await counted(metrics, 'mlserve_request_seconds_count{route="/invocations"}')).toBe(5);
    expect(await counted(metrics, "mlserve_processes")).toBe(2);
    process.kill(program.children[0] ?? 0, "SIGKILL");
    await vi.waitFor(async () => expect(await counted(metrics, "mlserve_processes")).toBe(2), 10_000);
    await vi.waitFor(async () => expect(await counted(metrics, "mlserve_process_restarts_total")).toBe(1), 10_000);
    expect(await counted(metrics, ANSWERED)).toBe(5);
    await times(4, () => pidOf(program.url));
    expect(await counted(metrics, ANSWERED)).toBe(9);
  });

  it("share one limit of requests, and the keys that the first has read", async () => {
    const key = "0123456789abcdef";
    const program = await served.serve(["--rate-limit", "5/h"], { environment: { MLSERVE_API_KEY: key } });
    const { url } = program;
    const statuses = await times(8, async () => (await ask(url, "/invocations", "pid", { "x-api-key": key })).status);
    expect(statuses).toEqual([200, 200, 200, 200, 200, 429, 429, 429]);
    expect((await ask(url, "/invocations", "pid")).status).toBe(401);
    program.child.kill("SIGTERM");
    const { code, stderr } = await program.ended;
    expect(code).toBe(0);
    expect(stderr).not.toContain(key);
  });

  it("are replaced while the others answer, and only what one was at is lost", async () => {
    const program = await served.serve();
    const waits = await Promise.allSettled([
      ask(program.url, "/invocations", "wait"),
      ask(program.url, "/invocations", "wait"),
      program.findError(/waiting\n(?:.*\n)*waiting/).then(() => process.kill(program.children[0] ?? 0, "SIGKILL")),
    ]);
    expect(waits.map(({ status }) => status).sort()).toEqual(["fulfilled", "fulfilled", "rejected"]);
    await program.findError(/"restartMs":0,"msg":"a process ended and is replaced"/);
    const seen = async () => new Set(await times(4, () => pidOf(program.url)));
    await vi.waitFor(async () => expect((await seen()).size).toBe(2), 10_000);
    expect(await seen()).not.toContain(program.children[0]);
  });

  it("keep nobody out while none of them is there", async () => {
    const program = await served.serve();
    for (const pid of program.children) process.kill(pid, "SIGKILL");
    await untilGone(program.children);
    const answers = await Promise.all(Array.from({ length: 4 }, () => ask(program.url, "/invocations", "pid")));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect((await ask(program.url, "/health/ready")).status).toBe(200);
  });

  it("say at SIGTERM that they are not ready, answer until the drain delay is over, and drop nothing", async () => {
    const program = await served.serve(["--drain-delay", "1s"]);
    const waiting = ask(program.url, "/invocations", "wait");
    await program.findError(/waiting/);
    program.child.kill("SIGTERM");
    const ready = async () => new Set((await times(4, () => ask(program.url, "/ping"))).map(({ status }) => status));
    await vi.waitFor(async () => expect(await ready()).toEqual(new Set([503])), 10_000);
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask(program.url, "/invocations", "pid")));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect((await waiting).status).toBe(200);
    expect(await program.ended).toMatchObject({ code: 0, left: [] });
    await untilGone(program.children);
  });

  it("answer a client that has sent its end with its request", async () => {
    const program = await served.serve();
    const socket = connect({ port: Number(new URL(program.url).port), host: "127.0.0.1", allowHalfOpen: true });
    const body = '{"inputs":"wait"}';
    const head = `POST /invocations HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: ${body.length}`;
    socket.end(`${head}\r\n\r\n${body}`);
    expect(await text(socket)).toMatch(/HTTP\/1.1 200 OK[\s\S]*"predictions"/);
  });

  it("end at SIGTERM with clients that keep quiet connections", async () => {
    const program = await served.serve();
    const held = await Promise.all(Array.from({ length: 4 }, () => hold(program.url)));
    program.child.kill("SIGTERM");
    expect(await program.ended).toMatchObject({ code: 0, left: [] });
    for (const socket of held) socket.destroy();
  });

  it("end a request that does not come to its end", async () => {
    const { url } = await served.serve(["--headers-timeout", "200ms"]);
    const socket = connect(Number(new URL(url).port), "127.0.0.1");
    socket.write("POST /invocations HTTP/1.1\r\n");
    expect(await text(socket)).toMatch(/^HTTP\/1.1 408 /);
  });

  it("end with an error when none can be started any more", async () => {
    const program = await served.serve();
    rmSync(join(String(served.workplace.environment.TMPDIR)), { recursive: true });
    mkdirSync(String(served.workplace.environment.TMPDIR));
    for (const pid of program.children) process.kill(pid, "SIGKILL");
    const { code, stderr } = await program.ended;
    expect(code).toBeGreaterThan(0);
    expect(stderr.split("\n").filter((line) => line.startsWith("mlserve: error: "))).toHaveLength(1);
  });

  it("are gone at once at a second signal", async () => {
    const program = await served.serve(["--shutdown-grace", "1h"]);
    const cut = ask(program.url, "/invocations", "loop").catch(() => undefined);
    await program.findError(/looping/);
    const impatience = setInterval(() => program.child.kill("SIGTERM"), 50);
    const ended = await program.ended;
    clearInterval(impatience);
    expect(ended).toMatchObject({ code: 143, left: [] });
    await untilGone(program.children);
    await cut;
  });

  it("are gone after SIGKILL to the first, also one that loops for good", async () => {
    const program = await served.serve();
    const cut = ask(program.url, "/invocations", "loop").catch(() => undefined);
    await program.findError(/looping/);
    program.child.kill("SIGKILL");
    await untilGone(program.children);
    await cut;
  });

  it("say in one line that the port is in use", async () => {
    const first = await served.serve();
    const second = served.start(["--port", new URL(first.url).port]);
    const { code, stdout, stderr, left } = await second.ended;
    expect({ code, stdout }).toEqual({ code: 5, stdout: "" });
    expect(stderr).toMatch(/^mlserve: error: 127\.0\.0\.1:\d+: the port is already in use\. .*--port.*\n$/);
    expect(left).toHaveLength(1);
  });

  it("say in one line what is wrong with the model", async () => {
    writeFileSync(
      join(served.workplace.cwd, "refuses.mjs"),
      // It is packed by the first process, where it does no harm.
      'export default () => 1;\nexport const load = () => { if (process.send !== undefined) throw new Error("no"); };\n',
    );
    const args = ["--port", "0", "--processes", "3", "--isolation", "inline", "--log-level", "error"];
    const { code, stdout, stderr, left } = await served.workplace.run(["serve", "refuses.mjs", ...args]);
    expect({ code, stdout, left }).toEqual({ code: 3, stdout: "", left: [] });
    expect(stderr).toMatch(/^mlserve: error: .*no.*\n$/);
  });

  it.each([{ scheme: "http" }, { scheme: "https" }])(
    "hold over $scheme as many connections as they may",
    async ({ scheme }) => {
      const files = ["--tls-cert", join(TLS, "first.crt"), "--tls-key", join(TLS, "first.key")];
      const { url } = await served.serve(["--max-connections", "4", ...(scheme === "https" ? files : [])]);
      expect(url).toMatch(new RegExp(`^${scheme}:`));
      const held = await Promise.all(Array.from({ length: 4 }, () => hold(url)));
      await expect(ask(url, "/ping")).rejects.toThrow();
      for (const socket of held) socket.destroy();
      await vi.waitFor(async () => expect((await ask(url, "/ping")).status).toBe(200), 10_000);
      expect(await counted(url, "mlserve_connections_dropped_total")).toBeGreaterThan(0);
    },
  );

  it("tell what one of them threw where nobody caught it, and replace it", async () => {
    const bomb = 'process.once("SIGUSR2", () => { throw new TypeError("thrown by the test"); });';
    const nodeFlags = [`--import=data:text/javascript,${encodeURIComponent(bomb)}`];
    const program = await served.serve([], { nodeFlags });
    process.kill(program.children[0] ?? 0, "SIGUSR2");
    await program.findError(/thrown by the test.*"a process ended and is replaced"/);
    await vi.waitFor(async () => expect(await counted(program.url, "mlserve_processes")).toBe(2), 10_000);
  });

  it("cannot serve a model that is watched", async () => {
    const ended = await served.workplace.run(["serve", ".", "--watch", "--processes", "2"]);
    expect(ended).toMatchObject({ code: 2, stdout: "" });
    expect(ended.stderr).toBe(
      "mlserve: error: --watch, --processes: a model that is watched is served by one process. Leave one of them out\n",
    );
  });
});
