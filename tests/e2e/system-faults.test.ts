import { spawn, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { childrenOf, isWorker } from "../support/process-tree.js";
import { CLI, openWorkplace, type Program, ROOT, type Workplace } from "./built-cli.js";

const FUNCTION = `
import { setTimeout } from "node:timers/promises";
export default async (inputs) => {
  if (inputs === "sleep") await setTimeout(1000);
  if (inputs === "eat") for (const eaten = []; eaten.length < 100; ) eaten.push(Buffer.alloc(16 * 1024 * 1024, 1));
  return inputs;
};
`;

let workplace: Workplace;
const at = (...names: string[]): string => join(workplace.cwd, ...names);
beforeAll(async () => {
  workplace = openWorkplace();
  writeFileSync(at("predict.mjs"), FUNCTION);
  cpSync(join(ROOT, "examples/iris/model"), at("iris"), { recursive: true });
  for (const source of ["predict.mjs", "iris"])
    expect(await workplace.run(["pack", source, "-o", `${source}.tar`])).toMatchObject({ code: 0 });
});
afterAll(() => workplace[Symbol.dispose]());

const started: Program[] = [];
afterEach(() => {
  for (const { child } of started.splice(0)) if (child.exitCode === null) child.kill("SIGKILL");
});

/** Runs the program by a line of the shell: `mlserve` is it. */
function sh(line: string, more: Readonly<Record<string, string>> = {}): Program {
  const env = { ...workplace.environment, ...more };
  const command = line.replaceAll("mlserve", `'${process.execPath}' '${CLI}'`);
  const program = workplace.watch(
    spawn("sh", ["-c", command], { cwd: workplace.cwd, env, stdio: ["ignore", "pipe", "pipe"] }),
  );
  started.push(program);
  return program;
}

interface Server {
  readonly program: Program;
  readonly port: number;
  /** Over one connection, which stays open: status and answer. */
  ask(inputs: string): Promise<[status: number, answer: unknown]>;
}

async function serving(program: Program): Promise<Server> {
  const [, port = ""] = await program.find(/ at http:\/\/127\.0\.0\.1:(\d+) /);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const options = {
    port,
    agent,
    method: "POST",
    path: "/invocations",
    headers: { "content-type": "application/json" },
  };
  return {
    program,
    port: Number(port),
    ask: async (inputs) => {
      const response = await new Promise<import("node:http").IncomingMessage>((resolve, reject) => {
        request(options, resolve).on("error", reject).end(JSON.stringify({ inputs }));
      });
      return [response.statusCode ?? 0, JSON.parse(await text(response))];
    },
  };
}

const PREDICT = "exec mlserve serve predict.mjs.tar --port 0 --workers 1";
const worker = ({ program: { child } }: Server): number | undefined => childrenOf(child.pid ?? 0).find(isWorker);

async function replaced(server: Server, before: number | undefined): Promise<void> {
  await vi.waitFor(() => expect([undefined, before]).not.toContain(worker(server)), 20_000);
}

async function stop({ program }: Server): Promise<void> {
  program.child.kill("SIGTERM");
  expect(await program.ended).toMatchObject({ code: 0, left: [] });
}

/** Seconds of processor time, in the clock's ticks. */
function ticksOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "latin1").split(") ")[1]?.split(" ") ?? [];
  return Number(fields[11]) + Number(fields[12]);
}

describe.runIf(process.platform === "linux")("a server that may open no more files", () => {
  it("waits for one without being busy, starts no worker meanwhile, and goes on", async () => {
    const server = await serving(sh(`ulimit -n 200; ${PREDICT} --max-connections 1000`));
    const pid = server.program.child.pid ?? 0;
    expect(await server.ask("before")).toEqual([200, { predictions: "before" }]);
    const taken = (): number => readdirSync(`/proc/${pid}/fd`).length;
    const sockets: Socket[] = [];
    await vi.waitFor(() => {
      for (let i = 0; i < 50; i++) sockets.push(connect(server.port, "127.0.0.1").on("error", () => {}));
      expect(taken()).toBeGreaterThanOrEqual(199);
    }, 10_000);
    const ticks = ticksOf(pid);
    expect(await server.ask("sleep")).toEqual([200, { predictions: "sleep" }]);
    // A second of a busy loop has a hundred.
    expect(ticksOf(pid) - ticks).toBeLessThan(30);
    const before = worker(server) ?? 0;
    process.kill(before, "SIGKILL");
    await server.program.findError(/a worker cannot be started/);
    for (const socket of sockets) socket.destroy();
    await replaced(server, before);
    expect(await server.ask("after")).toEqual([200, { predictions: "after" }]);
    await stop(server);
  });

  it.each(["serve predict.mjs --port 0", "pack iris -o x.tar", "predict iris.tar"])(
    "from its start says so in one line: %s",
    async (args) => {
      const ended = await sh(`ulimit -n 20; exec mlserve ${args}`).ended;
      expect(ended).toMatchObject({ code: 5, stdout: "", left: [] });
      expect(ended.stderr).toMatch(/^mlserve: error: (.*: )?too many open files\..*ulimit -n.*\n$/);
    },
  );
});

const canMount =
  spawnSync("unshare", ["--mount", "mount", "-t", "tmpfs", "-o", "size=8k", "none", "/mnt"]).status === 0;
/** In a mount namespace of its own, in which `small` is a disk of so many bytes. */
const onSmallDisk = (line: string): Program => {
  mkdirSync(at("small"), { recursive: true });
  return sh(`exec unshare --mount sh -c 'mount -t tmpfs -o size=8k none small && ${line}'`);
};

/** Root alone may mount a disk of its own. */
describe.runIf(canMount)("a full disk", () => {
  it.each([
    { line: "serve iris.tar", where: "for temporary files", says: /no space left (to unpack the archive|on the disk)/ },
    { line: "pack iris -o small/x.tar", where: "", says: /writing "x\.tar": no space left on the disk/ },
    {
      line: "predict iris -i iris/serving_input_example.json -o small/x.json",
      where: "",
      says: /writing "x\.json": no space left on the disk/,
    },
  ])("$where is told in one line, and nothing is left on it: $line", async ({ line, where, says }) => {
    const temporary = where === "" ? "" : "TMPDIR=small ";
    const full = "head -c 8192 /dev/zero > small/full";
    const ended = await onSmallDisk(`${full}; ${temporary}mlserve ${line} || ls -A small`).ended;
    expect(ended).toMatchObject({ code: 0, stdout: "full\n", left: [] });
    expect(ended.stderr.split("\n")).toEqual([expect.stringMatching(says), ""]);
  });

  it("for private copies keeps no folder from being served", async () => {
    const server = await serving(onSmallDisk("TMPDIR=small exec mlserve serve iris --port 0"));
    await server.program.findError(/no folder for a private copy/);
    await stop(server);
  });

  it("behind the log does not disturb a server", async () => {
    const server = await serving(onSmallDisk(`${PREDICT} 2> small/log`));
    for (let i = 0; i < 100; i++) expect(await server.ask("a")).toEqual([200, { predictions: "a" }]);
    await stop(server);
  });
});

describe.runIf(process.platform === "linux")("a process that is stopped", () => {
  it("and goes on answers what was asked meanwhile, a server", async () => {
    const server = await serving(sh(PREDICT));
    server.program.child.kill("SIGSTOP");
    const answer = server.ask("stopped");
    server.program.child.kill("SIGCONT");
    expect(await answer).toEqual([200, { predictions: "stopped" }]);
    await stop(server);
  });

  it("and goes on answers what was asked meanwhile, a worker", async () => {
    const server = await serving(sh(PREDICT));
    const pid = worker(server) ?? 0;
    process.kill(pid, "SIGSTOP");
    const answer = server.ask("stopped");
    process.kill(pid, "SIGCONT");
    expect(await answer).toEqual([200, { predictions: "stopped" }]);
    expect(worker(server)).toBe(pid);
    await stop(server);
  });

  it("for longer than --timeout is a worker that is replaced", async () => {
    const server = await serving(sh(`${PREDICT} --timeout 500ms`));
    const pid = worker(server) ?? 0;
    process.kill(pid, "SIGSTOP");
    expect(await server.ask("stopped")).toMatchObject([504, { error_code: "DEADLINE_EXCEEDED" }]);
    await replaced(server, pid);
    await vi.waitFor(async () => expect(await server.ask("a")).toMatchObject([200, {}]), 20_000);
    await stop(server);
  });
});

describe("a port", () => {
  it.each([
    { port: "65536", code: 2, says: /--port.*65535/ },
    { port: "-1", code: 2, says: /--port/ },
    { port: "http", code: 2, says: /--port/ },
    { port: "8080.5", code: 2, says: /--port/ },
  ])("that is none is told in one line: $port", async ({ port, code, says }) => {
    const ended = await workplace.run(["serve", "iris", `--port=${port}`]);
    expect(ended).toMatchObject({ code, stdout: "", left: [] });
    expect(ended.stderr.split("\n")).toEqual([expect.stringMatching(says), ""]);
  });
});

const FAKETIME = ["x86_64-linux-gnu", "aarch64-linux-gnu"]
  .map((machine) => `/usr/lib/${machine}/faketime/libfaketime.so.1`)
  .find(existsSync);

/** Needs Debian's package libfaketime. */
describe.runIf(FAKETIME !== undefined)("a clock that jumps", () => {
  it.each(["+40d", "-40d"])("by %s changes no deadline, rate or restart", async (jump) => {
    writeFileSync(at("clock"), "+0");
    const fake = {
      LD_PRELOAD: FAKETIME ?? "",
      FAKETIME_TIMESTAMP_FILE: at("clock"),
      FAKETIME_NO_CACHE: "1",
      FAKETIME_DONT_FAKE_MONOTONIC: "1",
    };
    const server = await serving(sh(`${PREDICT} --timeout 5s --rate-limit 4/1h --keep-alive-timeout 1h`, fake));
    expect(await server.ask("a")).toMatchObject([200, {}]);
    const asleep = server.ask("sleep");
    writeFileSync(at("clock"), jump);
    expect(await asleep).toEqual([200, { predictions: "sleep" }]);
    const pid = worker(server);
    process.kill(pid ?? 0, "SIGKILL");
    await replaced(server, pid);
    expect(await server.ask("a")).toMatchObject([200, {}]);
    expect(await server.ask("a")).toMatchObject([200, {}]);
    expect(await server.ask("a")).toMatchObject([429, {}]);
    await stop(server);
  });
});

/** The memory controller of version 2 or 1, where root may make groups. */
const GROUP = ["/sys/fs/cgroup/test-of-memory", "/sys/fs/cgroup/memory/test-of-memory"].find((folder) => {
  try {
    mkdirSync(folder);
    return existsSync(join(folder, "memory.max")) || existsSync(join(folder, "memory.limit_in_bytes"));
  } catch {
    return false;
  }
});
afterAll(() => {
  if (GROUP !== undefined && existsSync(GROUP)) rmdirSync(GROUP);
});

describe.runIf(GROUP !== undefined)("a container without memory for what a request takes", () => {
  it("loses the worker and the request, and goes on", async () => {
    const file = ["memory.max", "memory.limit_in_bytes"].find((name) => existsSync(join(GROUP ?? "", name))) ?? "";
    writeFileSync(join(GROUP ?? "", file), String(400 * 1024 * 1024));
    const server = await serving(sh(`echo $$ > ${GROUP}/cgroup.procs; ${PREDICT}`));
    expect(await server.ask("a")).toMatchObject([200, {}]);
    const pid = worker(server);
    expect(await server.ask("eat")).toMatchObject([500, { message: expect.stringContaining("SIGKILL") }]);
    await replaced(server, pid);
    await vi.waitFor(async () => expect(await server.ask("a")).toMatchObject([200, {}]), 20_000);
    await stop(server);
  });
});
