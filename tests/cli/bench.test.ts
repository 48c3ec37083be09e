import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { fixture, IRIS_REQUEST } from "./models.js";
import { openTerminal, type Terminal } from "./terminal.js";

/** As short as a load can be and still be one. */
const SHORT = ["--duration", "200ms", "--warm-up", "50ms"];
const BAR = /[█▏▎▍▌▋▊▉]/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: what makes a text coloured
const COLORS = /\u001b\[\d+m/g;

let terminal: Terminal;
let server: Server | undefined;
beforeAll(async () => {
  terminal = openTerminal();
  writeFileSync(join(terminal.cwd, "request.json"), IRIS_REQUEST);
  await terminal.run(["pack", fixture("iris_zipmap"), "--name", "iris", "-o", "iris.tar"]);
});
afterAll(() => terminal[Symbol.dispose]());
afterEach(async () => {
  server?.closeAllConnections();
  await new Promise((resolve) => (server?.listening ? server.close(resolve) : resolve(undefined)));
  server = undefined;
});

/** A server on a free port that answers as it is told; gives its address. */
async function listen(answer: RequestListener): Promise<string> {
  server = createServer((request, response) => {
    request.resume();
    request.once("end", () => answer(request, response));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe("bench", () => {
  it("serves a model and draws how long its answers took, within 80 columns and without colours", async () => {
    const { code, stdout, stderr, left } = await terminal.run(["bench", "iris.tar", "-c", "1,2", ...SHORT]);
    expect({ code, stderr, left }).toEqual({ code: 0, stderr: "", left: [] });
    const lines = stdout.split("\n");
    expect(lines[0]).toMatch(/^ {2}sent {6}the model's input example, \d+ B$/);
    expect(lines[1]).toMatch(/^ {2}answered {2}by iris: 200 with \d+ B, all compared$/);
    expect(lines[3]?.trim().split(/ {2,}/)).toEqual([
      ...["conn", "server", "req/s", "p50 ms", "p90 ms", "p99 ms", "max ms", "CPU us"],
    ]);
    expect(lines[4]).toMatch(/^ +1 {2}iris +[\d,]+\*? /);
    expect(lines[5]).toMatch(/^ +2 {2}iris +[\d,]+\*? /);
    expect(stdout).toContain("  latency of iris at 2 connections\n");
    expect(lines.filter((line) => BAR.test(line)).length).toBeGreaterThan(1);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(stdout).not.toMatch(COLORS);
  });

  it("compares two models, and gives all as JSON", async () => {
    const argv = ["bench", "iris.tar", "--compare", fixture("trees100"), "-r", "request.json", "-c", "2", ...SHORT];
    const other = await terminal.run([...argv, "--json"]);
    expect(other).toMatchObject({ code: 1, stderr: expect.stringContaining("answers the request with status 400") });
    const { code, stdout } = await terminal.run([
      ...["bench", "iris.tar", "--compare", "iris.tar", "-c", "2", "--isolation", "process", ...SHORT, "--json"],
    ]);
    const { rows, request } = JSON.parse(stdout);
    expect({ code, request }).toEqual({
      code: 0,
      request: { from: "the model's input example", bytes: expect.any(Number) },
    });
    expect(rows).toMatchObject([
      { name: "iris", connections: 2, ratio: expect.any(Number), wrong: {}, requests: expect.any(Number) },
      { name: "iris (2)", connections: 2, ratio: 1, wrong: {} },
    ]);
    expect(rows[0].histogram.reduce((sum: number, bar: { count: number }) => sum + bar.count, 0)).toBe(
      rows[0].requests,
    );
    expect(rows[0].p50_ms).toBeLessThanOrEqual(rows[0].max_ms);
  });

  it("asks a server that runs already, with a bar and colours on a terminal", async () => {
    const paths = new Set<string | undefined>();
    const url = await listen(({ url: path }, response) => {
      paths.add(path);
      response.end("{}");
    });
    const argv = ["bench", url, "--request", "request.json", "-c", "1", ...SHORT];
    const { code, stdout, stderr } = await terminal.run(argv, { tty: true });
    expect({ code, paths: [...paths] }).toEqual({ code: 0, paths: ["/invocations"] });
    expect(stdout).toMatch(COLORS);
    expect(stdout).toMatch(/ -\n/);
    expect(stderr).toMatch(/[█░]{24} \d+ % {2}127\.0\.0\.1:\d+, 1 connection/);
  });

  it("finds wrong answers among right ones", async () => {
    let asked = 0;
    const url = await listen((_request, response) => {
      asked++;
      if (asked > 2 && asked % 2 === 0) response.writeHead(503);
      response.end(asked > 2 && asked % 3 === 0 ? "other" : "right");
    });
    const argv = ["bench", url, "--request", "request.json", "-c", "2", "--duration", "500ms", "--warm-up", "0s"];
    const { code, stdout, stderr } = await terminal.run(argv);
    expect(code).toBe(1);
    expect(stdout).toMatch(/wrong answers of 127\.…[\d.:]{7} at 2: [\d,]+ with another body, [\d,]+ with status 503/);
    asked = 0;
    const { rows } = JSON.parse((await terminal.run([...argv, "--json"])).stdout);
    expect(rows[0].histogram.reduce((sum: number, bar: { count: number }) => sum + bar.count, 0)).toBe(
      rows[0].requests,
    );
    expect(stderr).toMatch(/^mlserve: error: \d+ answers differed from the first, or failed\n$/);
  });

  it("compares no bodies where a server answers the same request in different words", async () => {
    let asked = 0;
    const url = await listen((_request, response) => response.end(`answer ${asked++}`));
    const { code, stdout } = await terminal.run(["bench", url, "-r", "request.json", "-c", "1", ...SHORT]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining("200 with 8 B, status compared") });
  });

  it("says that nobody listens", async () => {
    const url = await listen((_request, response) => response.end());
    await new Promise((resolve) => server?.close(resolve));
    const { code, stderr } = await terminal.run(["bench", url, "-r", "request.json", ...SHORT]);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: `mlserve: error: ${new URL(url).host} does not answer (ECONNREFUSED). Is the server running?\n`,
    });
  });

  it.each([
    { name: "a server without a request", argv: ["http://127.0.0.1:1"], code: 2, says: "Give the body of a request" },
    {
      name: "a model without an example",
      argv: [fixture("nosig_xgb")],
      code: 2,
      says: "the model has no input example to send. Give the body of a request with --request FILE",
    },
    { name: "no address", argv: ["http://"], code: 2, says: "is no address: expected one like" },
    { name: "a model that is not there", argv: ["none.tar"], code: 3, says: 'there is no file or folder "none.tar"' },
    {
      name: "another model that is not there",
      argv: ["iris.tar", "--compare", "none.tar"],
      code: 3,
      says: 'there is no file or folder "none.tar"',
    },
    { name: "a request that is not there", argv: ["iris.tar", "-r", "none"], code: 5, says: "--request: no such file" },
    { name: "no time", argv: ["iris.tar", "-d", "0"], code: 2, says: "--duration: expected a time such as" },
    { name: "no connections", argv: ["iris.tar", "-c", "0"], code: 2, says: "--connections: expected whole numbers" },
    {
      name: "what the server refuses",
      argv: ["iris.tar", "-r", "request.json", "--use-flavor", "none"],
      code: 3,
      says: 'there is no flavor "none"',
    },
  ])("says in one line what is wrong with $name", async ({ argv, code, says }) => {
    const outcome = await terminal.run(["bench", ...SHORT, ...argv]);
    expect(outcome).toMatchObject({ code, stdout: "", left: [], stderr: expect.stringContaining(says) });
    expect(outcome.stderr.match(/\n/g)).toHaveLength(1);
  });
});
