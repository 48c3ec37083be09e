import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { childrenOf, isAlive, isWorker, parentOf } from "../support/process-tree.js";
import { openWorkplace, type Program, type Workplace } from "./built-cli.js";

/** Says that it loops, and does. */
const LOOPS = `writeSync(2, "looping\\n"); for (;;);`;

/** A loop at load must begin in the worker only: the module runs when it is packed, too. */
const LOADS = {
  "in load": `export const load = () => { ${LOOPS} };`,
  "at its top level": `if (process.argv[1]?.includes("worker")) { ${LOOPS} }`,
} as const;

const CODE = `
import { spawn } from "node:child_process";
import { writeSync } from "node:fs";
export default (inputs) => {
  if (inputs === "spawn") return spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]).pid;
  if (inputs === "exit") process.exit(1);
  if (inputs !== "loop") return inputs;
  writeSync(2, "looping\\n");
  for (;;);
};
`;

let workplace: Workplace;
beforeAll(() => {
  workplace = openWorkplace();
  writeFileSync(join(workplace.cwd, "predict.mjs"), CODE);
});
afterAll(() => workplace[Symbol.dispose]());

const started: Program[] = [];
afterEach(() => {
  for (const { child } of started.splice(0)) {
    if (child.exitCode === null && child.signalCode === null) process.kill(-(child.pid ?? 0), "SIGKILL");
  }
});

interface Running extends Program {
  readonly url: string;
  /** The workers. */
  readonly children: readonly number[];
}

async function serve(workers = 2): Promise<Running> {
  const options = ["--port", "0", "--isolation", "process", "--workers", String(workers), "--shutdown-grace", "500ms"];
  const program = workplace.start(["serve", "predict.mjs", "--timeout", "0", ...options], { detached: true });
  started.push(program);
  const [, url = ""] = await program.find(/ at (http:\S+) /);
  const children = await workersOf(program, workers);
  return { ...program, url, children };
}

/** The children of a server, once they are so many, all of them workers: what has bundled the function is gone too. */
async function workersOf({ child }: Program, count: number): Promise<number[]> {
  return await vi.waitFor(() => {
    const children = childrenOf(child.pid ?? 0);
    expect(children.map(isWorker)).toEqual(Array.from({ length: count }, () => true));
    return children;
  }, 10_000);
}

function ask(url: string, inputs: string): Promise<Response> {
  const headers = { "content-type": "application/json" };
  return fetch(`${url}/invocations`, { method: "POST", headers, body: JSON.stringify({ inputs }) });
}

async function untilGone(pids: readonly number[]): Promise<void> {
  await vi.waitFor(() => expect(pids.filter(isAlive)).toEqual([]), { timeout: 10_000 });
}

/** How the signal comes: to the server alone, or, as from a terminal, to all of its process group. */
const SIGNALS = [
  { signal: "SIGTERM", to: "the server", code: 0 },
  { signal: "SIGINT", to: "all processes", code: 0 },
  { signal: "SIGKILL", to: "the server", code: null },
] as const;

function send({ child }: Program, { signal, to }: (typeof SIGNALS)[number]): void {
  const pid = child.pid ?? 0;
  process.kill(to === "the server" ? pid : -pid, signal);
}

/** Only Linux lists the children of a process in files. */
describe.runIf(process.platform === "linux")("worker processes", () => {
  it.each(SIGNALS)("are gone after $signal to $to", async (how) => {
    const program = await serve();
    expect(await (await ask(program.url, "hello")).json()).toEqual({ predictions: "hello" });
    send(program, how);
    expect((await program.ended).code).toBe(how.code);
    await untilGone(program.children);
  });

  it.each(Object.entries(LOADS))(
    "are gone after SIGKILL to the server while one loops for good %s",
    async (_, code) => {
      const folder = join(workplace.cwd, "loads");
      mkdirSync(folder, { recursive: true });
      const start = 'import { writeSync } from "node:fs";\nexport default (inputs) => inputs;\n';
      writeFileSync(join(folder, "predict.mjs"), start + code);
      const program = workplace.start(["serve", "loads", "--port", "0", "--workers", "2"], { detached: true });
      started.push(program);
      await program.findError(/looping/);
      const children = await workersOf(program, 2);
      program.child.kill("SIGKILL");
      await program.ended;
      await untilGone(children);
    },
  );

  it.each([
    { how: "their server is killed", act: (server: Program) => server.child.kill("SIGKILL") },
    { how: "their server is told to end", act: (server: Program) => server.child.kill("SIGTERM") },
    { how: "their worker ends", act: (_: Program, url: string) => ask(url, "exit") },
  ])("take with them what their model has started, when $how", async ({ act }) => {
    const program = await serve(1);
    const { predictions: child } = (await (await ask(program.url, "spawn")).json()) as { predictions: number };
    expect(parentOf(child)).toBe(program.children[0]);
    await act(program, program.url);
    await untilGone([child, ...program.children]);
  });

  it.each(SIGNALS)("are gone after $signal to $to while one loops for good", async (how) => {
    const program = await serve();
    const cut = ask(program.url, "loop").catch(() => undefined);
    await program.findError(/looping/);
    send(program, how);
    expect((await program.ended).code).toBe(how.code);
    await untilGone(program.children);
    await cut;
  });
});
