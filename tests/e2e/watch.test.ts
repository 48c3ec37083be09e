import { cpSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { descendantsOf, isWorker } from "../support/process-tree.js";
import { type Program, ROOT } from "./built-cli.js";
import { giving, SOON, useWatchers, watching } from "./watchers.js";

const { project, serve, started, workplace } = useWatchers();

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
    writeFileSync(join(workplace().cwd, "far.ts"), 'export const far = "far";');
    const server = await serve("parts");
    expect(await server.ask()).toEqual(["near", "far", "words"]);
    writeFileSync(at("lib/near.ts"), 'export const near = "nearer";');
    await server.answers(["nearer", "far", "words"]);
    writeFileSync(join(workplace().cwd, "far.ts"), 'export const far = "farther";');
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
    const program = workplace().start(["serve", "unready", "--watch", "--port", "0"]);
    started.push(program);
    await program.findError(/^mlserve: error: predict\.ts:1:\d+: /m);
    await program.find(/^mlserve: waiting for a change/m);
    writeFileSync(at("predict.ts"), giving("ready"));
    const server = await watching(program, program.find(/ at (http:\S+) .*\n.*watching/));
    expect(await server.ask()).toBe("ready");
  });

  it("ends at a signal while it waits, and leaves nothing", async () => {
    project("never-ready", { "predict.ts": "export default () => {" });
    const program = workplace().start(["serve", "never-ready", "--watch", "--port", "0"]);
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
    const ended = await workplace().run(["serve", "nowhere.ts", "--watch"]);
    expect(ended).toMatchObject({ code: 3, stdout: "", stderr: expect.stringMatching(/nowhere\.ts/), left: [] });
  });

  it("tells programs in JSON", async () => {
    const at = project("json", { "predict.ts": giving("a") });
    const program = workplace().start(["serve", "json/predict.ts", "--watch", "--port", "0", "--json"]);
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

function workersOf({ child }: Program): number[] {
  return descendantsOf(child.pid ?? 0).filter(isWorker);
}
