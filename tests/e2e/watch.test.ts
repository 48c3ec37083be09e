import { cpSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { openWorkplace, type Program, ROOT, type Workplace } from "./built-cli.js";

// Each step starts two processes, which takes seconds where others use the machine.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });
const SOON = { timeout: 60_000 };

let workplace: Workplace;
beforeAll(() => {
  workplace = openWorkplace();
});
afterAll(() => workplace[Symbol.dispose]());

const started: Program[] = [];
afterEach(async () => {
  for (const program of started.splice(0)) {
    program.child.kill("SIGTERM");
    await program.ended;
  }
});

/** A folder of its own for each test, and the files in it. */
function project(name: string, files: Readonly<Record<string, string>>): (file: string) => string {
  mkdirSync(join(workplace.cwd, name));
  const at = (file: string): string => join(workplace.cwd, name, file);
  for (const [file, text] of Object.entries(files)) writeFileSync(at(file), text);
  return at;
}

interface Watching extends Program {
  ask(inputs?: unknown): Promise<unknown>;
  /** Waits until the server answers so. */
  answers(value: unknown): Promise<void>;
  /** What was printed on standard output and error since the last time, once it matches. */
  says(pattern: RegExp): Promise<void>;
  complains(pattern: RegExp): Promise<void>;
}

async function serve(path: string, ...options: readonly string[]): Promise<Watching> {
  const program = workplace.start(["serve", path, "--watch", "--port", "0", "--log-format", "json", ...options]);
  started.push(program);
  return watching(program, program.find(/ at (http:\S+) .*\n.*watching/));
}

async function watching(program: Program, line: Promise<RegExpExecArray>): Promise<Watching> {
  const [, url] = await line;
  const ask = async (inputs: unknown = 0): Promise<unknown> => {
    const headers = { "content-type": "application/json" };
    const response = await fetch(`${url}/invocations`, { method: "POST", headers, body: JSON.stringify({ inputs }) });
    const { predictions, message } = (await response.json()) as { predictions?: unknown; message?: string };
    return response.ok ? predictions : message;
  };
  return {
    ...program,
    ask,
    answers: (value) => vi.waitFor(async () => expect(await ask()).toEqual(value), SOON),
    says: later(program.find),
    complains: later(program.findError),
  };
}

/** Each time after what was found before. */
function later(find: (pattern: RegExp) => Promise<RegExpExecArray>): (pattern: RegExp) => Promise<void> {
  let seen = 0;
  return async (pattern) => {
    const match = await find(new RegExp(`(?<=^[^]{${seen},})(?:${pattern.source})`, pattern.flags));
    seen = match.index + match[0].length;
  };
}

const giving = (value: string): string => `export default (): string => ${JSON.stringify(value)};\n`;

describe("serve --watch", () => {
  it("goes from good to broken to good, and serves the last good version meanwhile", async () => {
    const at = project("states", { "predict.ts": giving("first") });
    const server = await serve("states/predict.ts");
    expect(await server.ask()).toBe("first");
    writeFileSync(at("predict.ts"), "export default () => {\n  return 1 +;\n};\n");
    await server.complains(/^mlserve: error: predict\.ts:2:13: Unexpected ";"$/m);
    await server.says(/^mlserve: still serving the version of \d\d:\d\d:\d\d$/m);
    expect(await server.ask()).toBe("first");
    writeFileSync(at("predict.ts"), giving("second"));
    await server.says(/^mlserve: reloaded in \d+ ms$/m);
    expect(await server.ask()).toBe("second");
  });

  it("is not held up by a version that never ends loading", async () => {
    const at = project("endless", { "predict.ts": giving("first") });
    const server = await serve("endless");
    writeFileSync(at("predict.ts"), 'console.error("it loops");\nfor (;;);\n');
    await server.complains(/it loops/);
    expect(await server.ask()).toBe("first");
    writeFileSync(at("predict.ts"), giving("second"));
    await server.says(/reloaded/);
    expect(await server.ask()).toBe("second");
  });

  it("sees files that are renamed into their place, emptied and written in parts, and taken away", async () => {
    const at = project("saves", { "predict.ts": giving("first") });
    const server = await serve("saves/predict.ts");
    writeFileSync(at("new"), giving("renamed"));
    renameSync(at("new"), at("predict.ts"));
    await server.answers("renamed");
    writeFileSync(at("predict.ts"), "");
    for (const part of giving("in parts").match(/.{1,9}\n?/gs) ?? [])
      writeFileSync(at("predict.ts"), part, { flag: "a" });
    await server.answers("in parts");
    rmSync(at("predict.ts"));
    await server.complains(/there is no file or folder "saves\/predict\.ts"/);
    expect(await server.ask()).toBe("in parts");
    writeFileSync(at("predict.ts"), giving("there again"));
    await server.answers("there again");
  });

  it("takes the last of many saves", async () => {
    const at = project("burst", { "predict.ts": giving("0") });
    const server = await serve("burst/predict.ts");
    for (let i = 1; i <= 40; i++) {
      writeFileSync(at("predict.ts"), giving(String(i)));
      if (i % 5 === 0) await server.ask();
    }
    await server.answers("40");
    // Nothing comes after it.
    writeFileSync(at("predict.ts"), giving("the end"));
    await server.answers("the end");
  });

  it("sees what the function imports and opens, in its folder and outside of it", async () => {
    const source = join(ROOT, "examples/topics");
    const at = project("parts", {
      "predict.ts": [
        'import { near } from "./lib/near";',
        'import { far } from "../far";',
        'import { readFileSync } from "node:fs";',
        'import { join } from "node:path";',
        "export const load = ({ dir, open }) => open('model.onnx').then(() => readFileSync(join(dir, 'words.txt'), 'utf8'));",
        "export default (_, { state }) => [near, far, state];",
      ].join("\n"),
      "words.txt": "words",
    });
    cpSync(join(source, "model.onnx"), at("model.onnx"));
    mkdirSync(at("lib"));
    writeFileSync(at("lib/near.ts"), 'export const near = "near";');
    writeFileSync(join(workplace.cwd, "far.ts"), 'export const far = "far";');
    const server = await serve("parts");
    expect(await server.ask()).toEqual(["near", "far", "words"]);
    writeFileSync(at("lib/near.ts"), 'export const near = "nearer";');
    await server.answers(["nearer", "far", "words"]);
    writeFileSync(join(workplace.cwd, "far.ts"), 'export const far = "farther";');
    await server.answers(["nearer", "farther", "words"]);
    writeFileSync(at("words.txt"), "other words");
    await server.answers(["nearer", "farther", "other words"]);
    writeFileSync(at("model.onnx"), "no network");
    await server.complains(/model\.onnx/);
    expect(await server.ask()).toEqual(["nearer", "farther", "other words"]);
  });

  it("tells of another signature", async () => {
    const withInputs = (inputs: string): string => `export const signature = { inputs: ${inputs} };\n${giving("")}`;
    const at = project("signed", { "predict.ts": withInputs('[{ name: "text", type: "string" }]') });
    const server = await serve("signed/predict.ts");
    writeFileSync(at("predict.ts"), withInputs('[{ name: "count", type: "long" }]'));
    await server.says(/^mlserve: reloaded in \d+ ms\nmlserve: inputs are now count: long \(were text: string\)$/m);
  });

  it("lets requests finish on the version that they began with, and ends it then", async () => {
    const at = project("slow", {
      "predict.ts": [
        'import { existsSync } from "node:fs";',
        "export default async (inputs, { log }) => {",
        '  if (inputs === 0) return "old";',
        '  log.info("it has begun");',
        "  while (!existsSync(inputs)) await new Promise((resolve) => setTimeout(resolve, 5));",
        '  return "finished by the old one";',
        "};",
      ].join("\n"),
    });
    const server = await serve("slow/predict.ts");
    const [old] = workersOf(server);
    const answer = server.ask(at("gate"));
    await server.complains(/it has begun/);
    writeFileSync(at("predict.ts"), giving("new"));
    await server.answers("new");
    expect(workersOf(server)).toContain(old);
    writeFileSync(at("gate"), "");
    expect(await answer).toBe("finished by the old one");
    await vi.waitFor(() => expect(workersOf(server)).not.toContain(old), SOON);
  });

  it("waits for a version that can be served", async () => {
    const at = project("unready", { "predict.ts": "export default () => {" });
    const program = workplace.start(["serve", "unready", "--watch", "--port", "0"]);
    started.push(program);
    await program.findError(/^mlserve: error: predict\.ts:1:\d+: /m);
    await program.find(/^mlserve: waiting for a change/m);
    writeFileSync(at("predict.ts"), giving("ready"));
    const server = await watching(program, program.find(/ at (http:\S+) .*\n.*watching/));
    expect(await server.ask()).toBe("ready");
  });

  it("ends at a signal while it waits, and leaves nothing", async () => {
    project("never-ready", { "predict.ts": "export default () => {" });
    const program = workplace.start(["serve", "never-ready", "--watch", "--port", "0"]);
    await program.find(/waiting for a change/);
    program.child.kill("SIGTERM");
    expect(await program.ended).toMatchObject({ code: 143, left: [] });
  });

  it("cuts what is not done on an old version when its grace ends", async () => {
    const at = project("stuck", {
      "predict.ts": 'export default (_, { log }) => { log.info("it has begun"); return new Promise(() => {}); };\n',
    });
    const server = await serve("stuck", "--isolation", "inline", "--shutdown-grace", "1ms");
    const answer = server.ask().catch(() => "cut");
    await server.complains(/it has begun/);
    writeFileSync(at("predict.ts"), giving("new"));
    await server.says(/reloaded/);
    expect(await server.ask()).toBe("new");
    server.child.kill("SIGTERM");
    expect(await server.ended).toMatchObject({ code: 0, left: [] });
    expect(await answer).toBe("cut");
  });

  it("refuses what no change would mend", async () => {
    const ended = await workplace.run(["serve", "nowhere.ts", "--watch"]);
    expect(ended).toMatchObject({ code: 3, stdout: "", stderr: expect.stringMatching(/nowhere\.ts/), left: [] });
  });

  it("tells programs in JSON", async () => {
    const at = project("json", { "predict.ts": giving("a") });
    const program = workplace.start(["serve", "json/predict.ts", "--watch", "--port", "0", "--json"]);
    started.push(program);
    await program.find(/"url":"http/);
    writeFileSync(at("predict.ts"), giving("b"));
    const [reloaded] = await program.find(/^.*"reloaded".*$/m);
    expect(JSON.parse(reloaded)).toEqual({ event: "reloaded", ms: expect.any(Number), signature_changed: false });
    writeFileSync(at("predict.ts"), "export");
    const [failed] = await program.find(/^.*"failed".*$/m);
    expect(JSON.parse(failed)).toEqual({ event: "failed", serving_since: expect.stringMatching(/Z$/) });
    const [error] = await program.findError(/^.*"invalid_model".*$/m);
    expect(JSON.parse(error)).toMatchObject({ kind: "invalid_model", where: "predict.ts:1:7" });
  });
});

describe("serve --watch of a version that fails", () => {
  let server: Watching;
  let at: (file: string) => string;
  beforeAll(async () => {
    at = project("fails", { "predict.ts": giving("good") });
    server = await serve("fails/predict.ts");
    started.splice(0);
  });
  afterAll(async () => {
    server.child.kill("SIGTERM");
    await server.ended;
  });

  it.each([
    { code: "export const a = 1;", says: /"predict\.ts": the module has no default export/ },
    { code: "\nthrow new Error('at load');", says: /predict\.ts:2: .*at load/ },
    { code: "process.exit(7);", says: /the module ends the process that loads it \(exit code 7\)/ },
    {
      code: "export default () => 1; setTimeout(() => { throw new Error('aside'); });\nawait new Promise(() => {});",
      says: /aside/,
    },
    {
      code: "export default () => 1;\nexport const load = () => { throw new Error('in load'); };",
      says: /predict\.ts:2: .*in load/,
    },
  ])("goes on with the last good one, and says $says", async ({ code, says }) => {
    writeFileSync(at("predict.ts"), code);
    await server.complains(says);
    await server.says(/still serving the version of/);
    expect(await server.ask()).toBe("good");
    writeFileSync(at("predict.ts"), giving("good"));
    await server.says(/^mlserve: back to the version of \d\d:\d\d:\d\d, which is served$/m);
  });
});

describe("serve --watch of other models", () => {
  const models = join(ROOT, "tests/fixtures/models");

  it.each([
    { name: "a graph", path: "graph/model.onnx", replace: (from: string) => cpSync(from, inside("graph/model.onnx")) },
    {
      name: "a saved folder",
      path: "saved",
      replace: (from: string) => cpSync(from, inside("saved/model.onnx")),
    },
  ])("sees $name that is replaced, and goes on with a broken one", async ({ path, replace }) => {
    cpSync(join(models, "iris_logreg_tensor"), inside("saved"), { recursive: true });
    mkdirSync(inside("graph"), { recursive: true });
    cpSync(join(models, "iris_logreg_tensor/model.onnx"), inside("graph/model.onnx"));
    const server = await serve(path);
    const flower = [[5.1, 3.5, 1.4, 0.2]];
    const first = await server.ask(flower);
    expect(first).toMatchObject({ label: [0] });
    writeFileSync(inside("broken"), "no graph");
    replace(inside("broken"));
    await server.says(/still serving/);
    expect(await server.ask(flower)).toEqual(first);
    replace(join(ROOT, "examples/iris/model/model.onnx"));
    await server.says(/reloaded/);
    expect(await server.ask(flower)).not.toEqual(first);
  });

  it("sees the weights that lie beside a graph", async () => {
    const weights = "797f26ae-e75c-11f1-9ced-02fc00000001.data";
    mkdirSync(inside("embed"));
    for (const file of ["model.onnx", weights]) cpSync(join(models, "embed_tiny", file), inside(`embed/${file}`));
    const server = await serve("embed/model.onnx");
    const bytes = readFileSync(inside(`embed/${weights}`));
    writeFileSync(inside(`embed/${weights}`), bytes.fill(0, 0, 4));
    await server.says(/reloaded/);
  });

  it("sees a package that is packed again", async () => {
    const at = project("packed", { "predict.mjs": 'export default () => "first";' });
    await workplace.run(["pack", "packed/predict.mjs", "-o", "packed.tar"]);
    const server = await serve("packed.tar");
    writeFileSync(at("predict.mjs"), 'export default () => "second";');
    await workplace.run(["pack", "packed/predict.mjs", "-o", "packed.tar"]);
    await server.answers("second");
    rmSync(inside("packed.tar"));
    await server.complains(/there is no file or folder "packed\.tar"/);
    expect(await server.ask()).toBe("second");
  });

  const inside = (file: string): string => join(workplace.cwd, file);
});

describe.runIf(process.platform === "linux")("serve --watch that is told to stop", () => {
  it.each([
    { name: "packs", code: 'console.error("loading");\nawait new Promise((resolve) => setTimeout(resolve, 1e6));' },
    { name: "blocks", code: 'console.error("loading");\nfor (;;);' },
    {
      name: "loads",
      code: 'export const load = () => { console.error("loading"); for (;;); };\nexport default () => 1;',
    },
  ])("while it $name leaves no process and no file", async ({ name, code }) => {
    const at = project(`stopped-${name}`, { "predict.mjs": 'export default () => "good";' });
    const server = await serve(`stopped-${name}`);
    writeFileSync(at("predict.mjs"), code);
    await server.complains(/loading/);
    const family = descendantsOf(server.child.pid ?? 0);
    expect(family.length).toBeGreaterThanOrEqual(2);
    server.child.kill("SIGTERM");
    expect(await server.ended).toMatchObject({ code: 0, left: [] });
    await vi.waitFor(() => expect(family.filter(isAlive)).toEqual([]), SOON);
  });

  it("ends with what it has started when it is killed", async () => {
    const at = project("killed", { "predict.mjs": 'export default () => "good";' });
    const server = await serve("killed");
    writeFileSync(at("predict.mjs"), 'console.error("loading");\nfor (;;);');
    await server.complains(/loading/);
    const family = descendantsOf(server.child.pid ?? 0);
    server.child.kill("SIGKILL");
    await vi.waitFor(() => expect(family.filter(isAlive)).toEqual([]), SOON);
  });
});

function workersOf({ child }: Program): number[] {
  const isWorker = (pid: number): boolean => commandOf(pid).includes(join("workers", "worker.js"));
  return descendantsOf(child.pid ?? 0).filter(isWorker);
}

/** The processes that a process has started, and those that they have. */
function descendantsOf(parent: number): number[] {
  const children = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => parentOf(pid) === parent);
  return children.flatMap((pid) => [pid, ...descendantsOf(pid)]);
}

function parentOf(pid: number): number | undefined {
  const [, parent] = /^\d+ \(.*\) \S (\d+) /.exec(readOf(pid, "stat")) ?? [];
  return parent === undefined ? undefined : Number(parent);
}

const commandOf = (pid: number): string => readOf(pid, "cmdline");

/** A process that has ended and was not waited for yet counts as ended. */
const isAlive = (pid: number): boolean => /^\d+ \(.*\) [^Z] /.test(readOf(pid, "stat"));

function readOf(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return "";
  }
}
