import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { endlessLoop, hugeByValue, hugeConstant, nestedChoices } from "../support/hostile-onnx.js";
import { childrenOf, descendantsOf, isAlive } from "../support/process-tree.js";
import { openWorkplace, type Program, type Workplace } from "./built-cli.js";

const SPINS = 'import { writeSync } from "node:fs";\nwriteSync(2, "spinning\\n");\nfor (;;);\n';
const CRASHES = `process.kill(process.pid, "SIGSEGV");\n`;
const REQUEST = '{"inputs": {"x": [1, 2]}}';
/** Takes the runtime many times as long as it gets here, and not for ever, should it not be ended. */
const SLOW = nestedChoices(12);

let workplace: Workplace;
const at = (name: string): string => join(workplace.cwd, name);
beforeAll(async () => {
  workplace = openWorkplace();
  const files = {
    "loop.onnx": endlessLoop(),
    "slow.onnx": SLOW,
    "constant.onnx": hugeConstant(),
    "by-value.onnx": hugeByValue(),
    "spins.mjs": SPINS,
    "crashes.mjs": CRASHES,
    "x.json": REQUEST,
    "4tb.json": '{"inputs": {"x": [1048576, 1048576]}}',
    "x.jsonl": '{"x": 1}\n',
    "cases.jsonl": '{"body": {}, "status": 400}\n',
  };
  for (const [name, content] of Object.entries(files)) writeFileSync(at(name), content);
  mkdirSync(at("saved"));
  writeFileSync(at("saved/MLmodel"), "flavors: { onnx: { data: slow.onnx } }\n");
  writeFileSync(at("saved/slow.onnx"), SLOW);
  for (const name of ["loop", "constant", "by-value"])
    expect(await workplace.run(["pack", `${name}.onnx`])).toMatchObject({ code: 0, left: [] });
});
afterAll(() => workplace[Symbol.dispose]());

const started: Program[] = [];
afterEach(async () => {
  for (const { child, ended } of started.splice(0)) {
    if (child.exitCode === null && child.signalCode === null) child.kill("SIGTERM");
    await ended;
  }
});

/** One line, nothing left, nothing written beside it. */
async function expectRefusal(args: readonly string[], code: number, says: RegExp): Promise<void> {
  const before = readdirSync(workplace.cwd);
  const ended = await workplace.run(args);
  expect(ended, ended.stderr).toMatchObject({ code, stdout: "", left: [] });
  const lines = ended.stderr.split("\n").filter((line) => line !== "" && line !== "spinning");
  expect(lines).toEqual([expect.stringMatching(says)]);
  expect(lines[0]).toMatch(/^mlserve: error: /);
  expect(readdirSync(workplace.cwd)).toEqual(before);
}

describe("a model that does not get done with loading ends the command at --load-timeout", () => {
  it.each([
    ["pack", "slow.onnx"],
    ["pack", "loop.onnx", "--input-example", "x.json", "-o", "looped.tar"],
    ["pack", "spins.mjs"],
    ["serve", "saved", "--port", "0"],
    ["predict", "saved", "-i", "x.json"],
    ["predict", "saved", "-i", "x.jsonl", "-o", "scored.jsonl"],
    ["test", "saved", "--cases", "cases.jsonl"],
  ])("%s %s", async (...args) => {
    await expectRefusal(
      [...args, "--load-timeout", "200ms"],
      3,
      /the model was not ready after 0.2 s\..*--load-timeout/,
    );
  });

  it.each([["serve", "spins.mjs"]])("%s %s, whose code runs when it is packed", async (...args) => {
    await expectRefusal([...args, "--load-timeout", "200ms"], 3, /was not packed within 200 ms\..*--load-timeout/);
  });

  it("validate --run, which lists all that is wrong and has no list then", async () => {
    await expectRefusal(["validate", "saved", "--run", "--load-timeout", "200ms"], 3, /was not ready after 0.2 s/);
  });

  it.each([
    ["inspect", "saved"],
    ["validate", "saved"],
  ])("but not %s %s, which runs nothing", async (...args) => {
    expect(await workplace.run([...args, "--quiet"])).toMatchObject({ code: 0, left: [] });
  });
});

describe("a run that is endless, or as large as no machine", () => {
  it.each([
    {
      name: "endless",
      args: ["loop.tar", "-i", "x.json", "--timeout", "1s"],
      code: 1,
      says: /did not answer within 1 s/,
    },
    {
      name: "of 4 TiB out of constants",
      args: ["constant.tar", "-i", "x.json"],
      code: 4,
      says: /ConstantOfShape step/,
    },
    { name: "of 4 TiB out of the request", args: ["by-value.tar", "-i", "4tb.json"], code: 4, says: /Expand step/ },
  ])("is an error of predict: $name", async ({ args, code, says }) => {
    await expectRefusal(["predict", ...args], code, says);
  });

  it("costs a server one request, and a worker that is replaced", async () => {
    const server = await serve("loop.tar", "--timeout", "1s");
    const [worker] = childrenOf(server.program.child.pid ?? 0);
    expect(await server.ask(REQUEST)).toMatchObject({ status: 504, body: { error_code: "DEADLINE_EXCEEDED" } });
    await vi.waitFor(() => expect(childrenOf(server.program.child.pid ?? 0)).not.toContain(worker), 10_000);
    const refused = async (): Promise<unknown> => (await server.ask('{"inputs": {"z": []}}')).status;
    await vi.waitFor(async () => expect(await refused()).toBe(400), 20_000);
    await server.stop();
  });

  it.each(["constant", "by-value"])("is an answer in JSON, and no end of the server: %s", async (name) => {
    const server = await serve(`${name}.tar`);
    for (let i = 0; i < 2; i++) {
      const { status, body } = await server.ask('{"inputs": {"x": [1048576, 1048576]}}');
      expect({ status, keys: Object.keys(body) }).toEqual({ status: 400, keys: ["error_code", "message"] });
    }
    await server.stop();
  });
});

describe("a model whose native code crashes", () => {
  it.each([["pack", "crashes.mjs"]])("is told by %s", async (...args) => {
    await expectRefusal(args, 3, /has ended \(SIGSEGV\)/);
  });

  it("is told by serve", async () => {
    await expectRefusal(["serve", "crashes.mjs"], 3, /ends the process that loads it \(SIGSEGV\)/);
  });
});

describe("a signal while a model blocks its process", () => {
  const COMMANDS = [
    ["pack", "spins.mjs"],
    ["serve", "spins.mjs"],
    ["predict", "spins.mjs", "-i", "x.json"],
  ];
  const SIGNALS = [
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGKILL", null],
  ] as const;

  it.each(COMMANDS.flatMap((args) => SIGNALS.map(([signal, code]) => ({ args, signal, code }))))(
    "ends $args.0 and all its processes: $signal",
    async ({ args, signal, code }) => {
      const program = workplace.start(args);
      await program.findError(/spinning/);
      const pids = descendantsOf(program.child.pid ?? 0);
      expect(pids.length).toBeGreaterThan(0);
      program.child.kill(signal);
      const ended = await program.ended;
      expect(ended.code).toBe(code);
      await vi.waitFor(() => expect(pids.filter(isAlive)).toEqual([]), 10_000);
      // Nobody can clean up after SIGKILL but the next one.
      if (signal !== "SIGKILL") expect(ended.left).toEqual([]);
      else expect(await workplace.run(["predict", "loop.tar", "-i", "missing"])).toMatchObject({ code: 5 });
      expect(await workplace.run(["inspect", "loop.tar", "--quiet"])).toMatchObject({ code: 0, left: [] });
    },
  );
});

interface Server {
  readonly program: Program;
  ask(body: string): Promise<{ status: number; body: Readonly<Record<string, unknown>> }>;
  stop(): Promise<void>;
}

async function serve(...args: readonly string[]): Promise<Server> {
  // With a number of threads, none is chosen by trial, which an endless model would not end.
  const program = workplace.start(["serve", ...args, "--port", "0", "--workers", "1", "--threads", "1"]);
  started.push(program);
  const [, url = ""] = await program.find(/ at (http:\S+) /);
  return {
    program,
    async ask(body) {
      const headers = { "content-type": "application/json" };
      const response = await fetch(`${url}/invocations`, { method: "POST", headers, body });
      return { status: response.status, body: (await response.json()) as Readonly<Record<string, unknown>> };
    },
    async stop() {
      program.child.kill("SIGTERM");
      expect(await program.ended).toMatchObject({ code: 0, left: [] });
    },
  };
}
