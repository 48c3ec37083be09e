import { once } from "node:events";
import { cpSync, existsSync, mkdirSync, readdirSync, symlinkSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { grantedCores } from "../../src/workers/cores.js";
import { fixture, IRIS_ANSWER, IRIS_REQUEST } from "../cli/models.js";
import { type Ended, openWorkplace, type Program, ROOT, type Workplace } from "./built-cli.js";

const SERVING = /^mlserve: serving iris \(onnx[^)]*\) at (http:\/\/127\.0\.0\.1:(\d+)) — loaded in \d+ ms\n/;

let workplace: Workplace;
beforeAll(async () => {
  workplace = openWorkplace();
  await workplace.run(["pack", fixture("iris_zipmap"), "--name", "iris", "-o", "iris.tar"]);
});
afterAll(() => workplace[Symbol.dispose]());

const JSON_TYPE = { "content-type": "application/json" };

const serve = (...args: string[]): Program => workplace.start(["serve", "iris.tar", "--port", "0", ...args]);

async function portOf(program: Program): Promise<number> {
  return Number((await program.find(SERVING))[2]);
}

/** A request whose body never comes to its end. */
async function openEndlessRequest(port: number): Promise<void> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => {});
  const head =
    "POST /invocations HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 100\r\nexpect: 100-continue\r\n\r\n";
  socket.write(head);
  // The server's "100 Continue" says that it is waiting for the body.
  await once(socket, "data");
  socket.write("{");
}

describe("the built server", () => {
  it.each(["SIGTERM", "SIGINT", "SIGHUP"] as const)(
    "answers, then ends with 0 at %s and leaves nothing",
    async (signal) => {
      const program = serve();
      const [line, url] = await program.find(SERVING);
      const response = await fetch(`${url}/invocations`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: IRIS_REQUEST,
      });
      expect(await response.json()).toEqual(IRIS_ANSWER);
      program.child.kill(signal);
      const { stderr, ...ended } = await program.ended;
      expect(ended).toEqual<Omit<Ended, "stderr">>({ code: 0, signal: null, stdout: line, left: [] });
      // One line of how the model runs, and one for the one request.
      const [start = "", request = "", ...others] = stderr.trimEnd().split("\n");
      expect(JSON.parse(start)).toMatchObject({ level: "info", model: "iris", maxRows: 128 });
      expect(others).toEqual([]);
      expect(JSON.parse(request)).toMatchObject({ level: "info", route: "/invocations", status: 200, rows: 1 });
    },
  );

  it("says at SIGTERM that it is not ready, answers until the drain delay is over, and drops nothing", async () => {
    const program = serve("--drain-delay", "1s");
    const url = (await program.find(SERVING))[1];
    const ask = () => fetch(`${url}/invocations`, { method: "POST", headers: JSON_TYPE, body: IRIS_REQUEST });
    program.child.kill("SIGTERM");
    const ready = async (): Promise<number> => (await fetch(`${url}/health/ready`)).status;
    await expect.poll(ready).toBe(503);
    const answers = await Promise.all(Array.from({ length: 50 }, ask));
    expect(new Set(answers.map(({ status, headers }) => `${status} ${headers.get("connection")}`))).toEqual(
      new Set(["200 close"]),
    );
    expect(await program.ended).toMatchObject({ code: 0, left: [] });
  });

  it("cuts what is not done when its grace ends, and ends with 0", async () => {
    const program = serve("--shutdown-grace", "1ms");
    await openEndlessRequest(await portOf(program));
    program.child.kill("SIGTERM");
    expect(await program.ended).toMatchObject({ code: 0, left: [] });
  });

  it("tells how many workers and threads a model has, and why", async () => {
    const program = serve("--isolation", "process", "--workers", "1", "--json");
    const told = JSON.parse((await program.find(/^\{.*\}\n/))[0]);
    const found = grantedCores() > 1 ? JSON.parse((await program.findError(/^\{.*"a run has .*\}\n/m))[0]) : told;
    program.child.kill("SIGTERM");
    expect(await program.ended).toMatchObject({ code: 0, left: [] });
    expect(told).toMatchObject({ name: "iris", processes: 1, workers: 1, threads: found.threads });
  });

  it("takes a signal that npm repeats at once for the same one", async () => {
    const program = serve("--shutdown-grace", "300ms");
    await openEndlessRequest(await portOf(program));
    program.child.kill("SIGINT");
    program.child.kill("SIGINT");
    expect(await program.ended).toMatchObject({ code: 0, left: [] });
  });

  it("ends at once at a second signal, and leaves nothing", async () => {
    const program = serve("--shutdown-grace", "1h");
    await openEndlessRequest(await portOf(program));
    const impatience = setInterval(() => program.child.kill("SIGTERM"), 50);
    const ended = await program.ended;
    clearInterval(impatience);
    expect(ended).toMatchObject({ code: 143, left: [] });
  });

  it("tells an uncaught exception in one line and leaves nothing", async () => {
    const bomb = 'process.once("SIGUSR2", () => { throw new TypeError("thrown by the test"); });';
    const program = workplace.start(["serve", "iris.tar", "--port", "0", "--log-level", "error"], {
      nodeFlags: [`--import=data:text/javascript,${encodeURIComponent(bomb)}`],
    });
    await portOf(program);
    program.child.kill("SIGUSR2");
    const hint = "Run it again with --verbose for the stack";
    expect(await program.ended).toMatchObject({
      code: 1,
      stderr: `mlserve: error: unexpected fault, TypeError: thrown by the test. ${hint}\n`,
      left: [],
    });
  });

  it("says in one line that its port is in use", async () => {
    const first = serve();
    const port = await portOf(first);
    const second = await workplace.run(["serve", "iris.tar"], { environment: { MLSERVE_PORT: String(port) } });
    first.child.kill("SIGTERM");
    expect(await first.ended).toMatchObject({ code: 0, left: [] });
    expect(second).toMatchObject({
      code: 5,
      stdout: "",
      stderr: expect.stringMatching(/^mlserve: error: 127\.0\.0\.1:\d+: the port is already in use\. .*--port.*\n$/),
    });
  });
});

describe("the built program", () => {
  it("says how to install a runtime that is missing", async () => {
    const cli = copyWithout("onnxruntime-node");
    const ended = await workplace.run(["serve", "iris.tar"], { cli });
    expect(ended).toMatchObject({ code: 5, stdout: "", left: [] });
    expect(ended.stderr).toMatch(/^mlserve: error: .*onnxruntime-node.*npm install onnxruntime-node\n$/);
  });

  it("inspects and packs without the runtime", async () => {
    const cli = copyWithout("onnxruntime-node");
    expect(await workplace.run(["inspect", "iris.tar"], { cli })).toMatchObject({ code: 0, stderr: "" });
    const pack = ["pack", fixture("iris_zipmap"), "-o", "again.tar"];
    expect(await workplace.run([...pack, "--no-self-test"], { cli })).toMatchObject({ code: 0, stderr: "" });
    expect(await workplace.run(pack, { cli })).toMatchObject({
      code: 5,
      stderr: expect.stringMatching(/onnxruntime-node is not installed\. .*\. Or pack the model .*--no-self-test\n$/),
    });
  });

  it.each([
    { signal: "SIGINT", code: 130 },
    { signal: "SIGTERM", code: 143 },
  ] as const)("ends with $code at $signal where there is nothing to finish", async ({ signal, code }) => {
    const program = workplace.start(["predict", "iris.tar"], {
      nodeFlags: [`--import=data:text/javascript,${ANNOUNCE}`],
      stdin: "pipe",
    });
    await program.find(/ready/);
    program.child.kill(signal);
    expect(await program.ended).toMatchObject({ code, stderr: "", left: [] });
  });

  it("says nothing when its reader has gone away", async () => {
    const program = workplace.start(["inspect", "iris.tar"]);
    program.child.stdout?.destroy();
    expect(await program.ended).toMatchObject({ code: 0, stderr: "" });
  });

  it("prints the stack of an unexpected error with --verbose", async () => {
    const bomb = 'process.once("SIGUSR2", () => { throw new TypeError("thrown by the test"); });';
    const flags = { nodeFlags: [`--import=data:text/javascript,${encodeURIComponent(bomb)}`] };
    const program = workplace.start(["serve", "iris.tar", "--port", "0", "--log-level", "error", "--verbose"], flags);
    await portOf(program);
    program.child.kill("SIGUSR2");
    expect((await program.ended).stderr).toMatch(
      /^mlserve: error: unexpected fault, TypeError: .*\nTypeError: thrown by the test\n\s+at /,
    );
  });
});

/** Prints "ready" when the program first waits for something, which is its standard input. */
const ANNOUNCE = encodeURIComponent(
  'process.stdin.once("newListener", () => setImmediate(() => console.log("ready")));',
);

/** The built program as it is where one of its packages was not installed. */
function copyWithout(absent: string): string {
  const folder = join(workplace.cwd, `without ${absent}`);
  if (existsSync(folder)) return join(folder, "dist/cli/main.js");
  mkdirSync(join(folder, "node_modules"), { recursive: true });
  for (const part of ["dist", "package.json"]) cpSync(join(ROOT, part), join(folder, part), { recursive: true });
  for (const name of readdirSync(join(ROOT, "node_modules"))) {
    const link = join(folder, "node_modules", name);
    if (name !== absent) symlinkSync(join(ROOT, "node_modules", name), link, "junction");
  }
  return join(folder, "dist/cli/main.js");
}
